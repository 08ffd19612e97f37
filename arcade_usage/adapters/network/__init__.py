"""What every HTTP request needs: settings, deadlines, and reasons for failures."""

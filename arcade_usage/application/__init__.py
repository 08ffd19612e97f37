"""The use cases, and the ports they need; which adapters stand behind those is bootstrap's to say."""

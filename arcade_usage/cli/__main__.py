"""`python -m arcade_usage.cli` is `arcade-usage`."""

from arcade_usage.cli import main

if __name__ == "__main__":
    main()

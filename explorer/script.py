"""What the server runs for every visitor and every interaction."""

from explorer.main import main

main()

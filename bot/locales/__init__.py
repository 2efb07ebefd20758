"""What the bot says, in other languages: gettext catalogs."""

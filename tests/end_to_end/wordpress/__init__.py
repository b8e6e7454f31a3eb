"""The plugin, and the following of a WordPress, against the WordPress of Debian's packages."""

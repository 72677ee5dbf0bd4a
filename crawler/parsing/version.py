"""Version of the reading as a whole: the same bytes with the same version give the same ParsedReport."""

PARSER_VERSION = "8"

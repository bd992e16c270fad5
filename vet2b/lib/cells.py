FORMULA_STARTS = "=+-@\t\r\n\0＝＋－＠"


def safe_cell(value: object) -> str:
    """A cell of a CSV file that no spreadsheet takes for a formula."""
    text = str(value).replace("\0", "")
    return f"'{text}" if str(value)[:1] and str(value)[0] in FORMULA_STARTS else text

"""Bodies that no API can read: no JSON at all, or JSON that different readers read differently."""

Body = str | bytes


def deep(good: str, levels: int, opening: str = "[", closing: str = "]") -> str:
    """Good JSON so many levels deep, the body's object among them; `good` is the inside of a good object."""
    return f'{{{good},"x":{opening * (levels - 1)}{closing * (levels - 1)}}}'


def malformed(good: str, field: str) -> dict[str, Body]:
    """Such bodies by what is wrong with them. `good` is the inside of a good object, `field` a text in it."""
    return {**_broken(good, field), **_ambiguous(good, field), **_too_deep(good), **_in_other_letters(good, field)}


def _broken(good: str, field: str) -> dict[str, Body]:
    return {
        "empty": "",
        "blank": " \n",
        "an object without its end": f"{{{good}",
        "a string without its end": f'{{"{field}":"x',
        "two objects": f"{{{good}}}{{}}",
        "a trailing comma": f"{{{good},}}",
        "single quotes": f"{{'{field}':'x'}}",
        "a comment": f"{{{good}}} // good",
        "a form": f"{field}=x&y=z",
        "an object inside without its end": f'{{{good},"x":{{"id":1}}',
        "NaN": f'{{{good},"x":NaN}}',
        "Infinity": f'{{{good},"x":Infinity}}',
        "minus Infinity": f'{{{good},"x":{{"id":-Infinity}}}}',
        "a number with a leading zero": f'{{{good},"x":01}}',
        "a hexadecimal number": f'{{{good},"x":0x1}}',
        "a number of 5000 digits": f'{{{good},"x":{"9" * 5000}}}',
    }


def _ambiguous(good: str, field: str) -> dict[str, Body]:
    escaped = f"\\u{ord(field[0]):04x}{field[1:]}"
    return {
        "a key named twice": f'{{{good},"{field}":"other"}}',
        "an unknown key named twice": f'{{{good},"x":1,"x":1}}',
        "a key named twice deep inside": f'{{{good},"x":[{{"y":{{"z":1,"z":2}}}}]}}',
        "a key named twice, once in escapes": f'{{{good},"{escaped}":"other"}}',
    }


def _too_deep(good: str) -> dict[str, Body]:
    return {
        "33 levels": deep(good, 33),
        "33 levels of objects": deep(good, 33, '{"x":', "}").replace(":}", ":1}"),
        "100000 levels": deep(good, 100_000),
        "500000 open brackets": "[" * 500_000,
        "open brackets and a string of quotes without end": "[" * 33 + '"' + '\\"' * 400_000,
    }


def _in_other_letters(good: str, field: str) -> dict[str, Body]:
    return {
        "a NUL": f'{{{good},"x":"\x00"}}',
        "a NUL behind it": f"{{{good}}}\x00",
        "a line end within a string": f'{{{good},"x":"a\nb"}}',
        "a lone surrogate": f'{{"{field}":"\\ud800"}}',
        "a lone low surrogate in an unknown field": f'{{{good},"x":"\\udc00"}}',
        "surrogates the wrong way round": f'{{"{field}":"\\udc00\\ud800"}}',
        "a surrogate in UTF-8": f'{{{good},"x":"'.encode() + b'\xed\xa0\x80"}',
        "invalid UTF-8": f'{{"{field}":"'.encode() + b'\xff"}',
        "an overlong form": f'{{"{field}":"'.encode() + b'\xc0\xaf"}',
        "Latin-1": f'{{"{field}":"Jos\xe9"}}'.encode("latin-1"),
        "UTF-16": f"{{{good}}}".encode("utf-16"),
        "UTF-16 without a mark": f"{{{good}}}".encode("utf-16-le"),
        "UTF-32": f"{{{good}}}".encode("utf-32-be"),
        "a byte order mark": f"{{{good}}}".encode("utf-8-sig"),
    }

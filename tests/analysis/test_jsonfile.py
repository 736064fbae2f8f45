import pytest

from analysis.errors import InputError
from analysis.jsonfile import read_json


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "row 1: found no JSON (Expecting value), expected a JSON file (UTF-8)"),
        ('{"a": 1,\n}', "row 2: found no JSON ("),
        ('{"a": 1, "a": 2}', 'found key "a" twice, expected a JSON file'),
        ('{"a": NaN}', 'found the number "NaN", expected a JSON file'),
        ('{"a": -Infinity}', 'found the number "-Infinity"'),
        ('{"a": 1e999}', 'found the number "1e999"'),
        ("[" * 100_000, "found brackets nested too deep"),
        ('{"a": "\\ud800"}', "surrogates not allowed"),
    ],
)
def test_what_is_no_usable_json_is_refused(content, expected, tmp_path):
    path = tmp_path / "weights.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_json(path)
    assert expected in str(caught.value)
    str(caught.value).encode()


def test_a_json_file_that_is_not_utf_8_is_refused(tmp_path):
    path = tmp_path / "weights.json"
    path.write_bytes("指标".encode("gb18030"))
    with pytest.raises(InputError, match="found bytes that are not UTF-8, expected a JSON file"):
        read_json(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="found no such file or directory"):
        read_json(tmp_path / "none.json")


def test_a_byte_order_mark_is_allowed(tmp_path):
    path = tmp_path / "weights.json"
    path.write_bytes(b'\xef\xbb\xbf{"a": 0.1}')
    assert str(read_json(path)["a"]) == "0.1"

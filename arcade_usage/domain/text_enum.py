"""An enumeration whose values are for programs, each with a text for people."""

from enum import Enum


class TextEnum(str, Enum):
    """Members are `NAME = "value", "text"`. A value is stored or printed and never changes; a text may."""

    _value_: str
    text: str

    def __new__(cls, value: str, text: str) -> "TextEnum":
        member = str.__new__(cls, value)
        member._value_ = value
        member.text = text
        return member

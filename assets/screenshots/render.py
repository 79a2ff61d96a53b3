#!/usr/bin/env python3
"""A screen with colours (sweepwatch --once --color always, on stdin) as SVG on stdout.

usage: render.py COLS [dark|light]
"""
import re
import sys
import unicodedata
from html import escape

WIDTH, HEIGHT, MARGIN = 8.4, 17, 10
FONT = "DejaVu Sans Mono, Noto Sans Mono CJK JP, IPAGothic, monospace"


def colour_of(number):
    if number >= 232:
        level = 8 + 10 * (number - 232)
        return f"#{level:02x}{level:02x}{level:02x}"
    levels = [0, 95, 135, 175, 215, 255]
    number -= 16
    return "#%02x%02x%02x" % (levels[number // 36], levels[number // 6 % 6], levels[number % 6])


def cells(char):
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def main():
    cols = int(sys.argv[1])
    light = len(sys.argv) > 2 and sys.argv[2] == "light"
    fore, back = ("#1f2328", "#ffffff") if light else ("#d8dee4", "#14181d")
    lines = sys.stdin.read().split("\n")[:-1]
    width, height = cols * WIDTH + 2 * MARGIN, len(lines) * HEIGHT + 2 * MARGIN
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" '
          f'font-family="{FONT}" font-size="14" xml:space="preserve">')
    print(f'<rect width="100%" height="100%" fill="{back}"/>')
    for row, line in enumerate(lines):
        col, look = 0, []
        for piece in re.split("(\x1b\\[[0-9;]*m)", line):
            if piece.startswith("\x1b["):
                look = [int(n) for n in piece[2:-1].split(";")]
                continue
            colour = colour_of(look[look.index(38) + 2]) if 38 in look else fore
            attributes = look[:look.index(38)] if 38 in look else look
            paper = back
            if 7 in attributes:
                colour, paper = back, colour
            size = sum(cells(c) for c in piece)
            x, y = MARGIN + col * WIDTH, MARGIN + row * HEIGHT
            if paper != back and size:
                print(f'<rect x="{x:.1f}" y="{y}" width="{size * WIDTH:.1f}" height="{HEIGHT}" fill="{paper}"/>')
            bold = ' font-weight="bold"' if 1 in attributes else ""
            line_under = ' text-decoration="underline"' if 4 in attributes else ""
            for char in piece:
                # Each character stands where its cell is, whatever the font thinks of its width.
                if char != " ":
                    print(f'<text x="{MARGIN + col * WIDTH:.1f}" y="{y + 13}" fill="{colour}"{bold}{line_under}>'
                          f"{escape(char)}</text>")
                col += cells(char)
    print("</svg>")


main()

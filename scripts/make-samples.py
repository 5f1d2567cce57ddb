#!/usr/bin/env python3
"""Makes the sample inputs in assets/samples anew. They are committed; nobody needs to run this.

    python3 -m pip install pillow    and a system package: espeak-ng
    python3 scripts/make-samples.py

clock.jpg     an analogue clock on a wall, drawn here: what `classify` is shown
speech.wav    two sentences spoken by espeak-ng, 16 kHz mono: what `transcribe` hears
sentences.txt is written by hand: what `sentiment` reads
"""
import math, pathlib, random, subprocess
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SAMPLES = pathlib.Path(__file__).resolve().parent.parent / "assets" / "samples"
SENTENCE = "The kettle is on the stove. Please bring two cups and a little milk to the garden table."


def clock(size=480, scale=3):
    """Drawn three times as large and scaled down, which smooths every edge."""
    n = size * scale
    image = Image.new("RGB", (n, n), "#cfc4b0")
    draw = ImageDraw.Draw(image)
    rng = random.Random(1)
    for y in range(n):  # a wall lit from above, with a little grain
        light = 1.05 - 0.25 * y / n + rng.uniform(-0.01, 0.01)
        draw.line([(0, y), (n, y)], fill=tuple(min(255, int(c * light)) for c in (0xCF, 0xC4, 0xB0)))
    middle, radius = n / 2, n * 0.41

    def disc(r, fill, dx=0.0, dy=0.0):
        draw.ellipse([middle - r + dx, middle - r + dy, middle + r + dx, middle + r + dy], fill=fill)

    shadow = Image.new("L", (n, n), 0)
    ImageDraw.Draw(shadow).ellipse(
        [middle - radius + n * 0.02, middle - radius + n * 0.03, middle + radius + n * 0.02, middle + radius + n * 0.03], fill=130)
    image.paste("#3a3128", (0, 0), shadow.filter(ImageFilter.GaussianBlur(n * 0.02)))
    draw = ImageDraw.Draw(image)
    disc(radius, "#2c2018")
    disc(radius * 0.975, "#5d4330")
    disc(radius * 0.91, "#2c2018")
    disc(radius * 0.895, "#f7f4ea")

    def point(turn, r):
        angle = 2 * math.pi * turn
        return middle + radius * r * math.sin(angle), middle - radius * r * math.cos(angle)

    for minute in range(60):
        hour = minute % 5 == 0
        draw.line([point(minute / 60, 0.86), point(minute / 60, 0.79 if hour else 0.83)],
                  fill="#1d1d1d", width=int(n * (0.008 if hour else 0.003)))
    font = ImageFont.load_default(n * 0.062)
    for hour in range(1, 13):
        draw.text(point(hour / 12, 0.66), str(hour), font=font, fill="#1d1d1d", anchor="mm")

    def hand(turn, length, width, colour):
        side = width / 2
        draw.polygon([point(turn + 0.25, side), point(turn, length), point(turn - 0.25, side), point(turn + 0.5, 0.12)], fill=colour)

    hand((10 + 9 / 60) / 12, 0.46, 0.07, "#151515")
    hand(9 / 60, 0.70, 0.05, "#151515")
    draw.line([point(0.58 + 0.5, 0.16), point(0.58, 0.74)], fill="#b3201b", width=int(n * 0.004))
    disc(radius * 0.045, "#151515")
    disc(radius * 0.02, "#b3201b")
    return image.resize((size, size), Image.Resampling.LANCZOS)


SAMPLES.mkdir(parents=True, exist_ok=True)
clock().save(SAMPLES / "clock.jpg", quality=88)
subprocess.run(["espeak-ng", "-v", "en-us", "-s", "140", "-w", "/tmp/onhand-speech.wav", SENTENCE], check=True)
subprocess.run(["sox", "-q", "/tmp/onhand-speech.wav", "-r", "16000", "-b", "16", "-c", "1", str(SAMPLES / "speech.wav"), "gain", "-n", "-6"], check=True)
pathlib.Path("/tmp/onhand-speech.wav").unlink()

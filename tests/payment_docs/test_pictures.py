import io
from decimal import Decimal

import pytest
from PIL import Image

from payment_docs.codes import account_picture, qr_picture
from payment_docs.pictures import BLACK, DARK, LIGHT, WHITE, Picture, bars, png


def greys(picture):
    with Image.open(io.BytesIO(png(picture))) as drawn:
        return drawn.size, list(drawn.convert("L").tobytes())


def test_points_of_a_picture_come_back_from_its_png():
    picture = Picture((bytes([BLACK, DARK, LIGHT, WHITE, BLACK]), bytes([WHITE] * 5)))

    assert greys(picture) == ((5, 2), [0, 85, 170, 255, 0, 255, 255, 255, 255, 255])


def test_equal_pictures_give_equal_bytes():
    assert png(qr_picture("один")) == png(qr_picture("один"))


def heights(picture):
    """Height of each bar above the ground line, its shade beside it."""
    columns = range(3, picture.width, 9)
    return [
        (sum(row[x] != WHITE for row in picture.rows[:-1]), picture.rows[-2][x]) for x in columns
    ]


def test_bars_are_as_high_as_the_volumes_and_the_last_is_black():
    months = [Decimal(10), None, Decimal(5), *[Decimal(0)] * 8, Decimal("2.5")]

    drawn = heights(bars(months))

    assert drawn[:3] == [(40, LIGHT), (0, WHITE), (20, LIGHT)]
    assert drawn[-1] == (10, BLACK)


@pytest.mark.parametrize("months", [[None] * 12, [Decimal(0)] * 12, [Decimal(-1)] * 12])
def test_nothing_used_draws_the_ground_line_only(months):
    picture = bars(months)

    assert {height for height, _ in heights(picture)} == {0}
    assert set(picture.rows[-1]) == {DARK}


def test_little_use_is_still_seen():
    months = [Decimal(100_000), *[Decimal(1)] * 11]

    assert heights(bars(months))[1] == (1, LIGHT)


def test_codes_have_white_margins():
    qr, account = qr_picture("ST00012|Name=Я"), account_picture("000000001001")

    assert {row[0] for row in qr.rows} | set(qr.rows[0]) == {WHITE}
    assert (account.height, account.rows[0][0], account.rows[0][-1]) == (1, WHITE, WHITE)

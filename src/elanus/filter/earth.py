"""Distances in metres between places given as longitude and latitude in degrees, as Milvus measures them.

source  Milvus 2.6, ST_DWITHIN: from point to point along a great circle of a sphere; from any other shape the planar
        distance in degrees, times the metres of a degree at the latitude of the point that is asked for
"""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, cos, degrees, isfinite, pi, radians, sin, sqrt

import numpy as np
import numpy.typing as npt

from elanus.schema.geometry import Boxes, Shapes, shape_of

Metres = npt.NDArray[np.float64]

RADIUS = 6_371_000.0
"""Of the sphere, metres."""
DEGREE = 111_320.0
"""Metres of one degree of latitude in a planar distance."""
_POINT_TYPE = 0
_TURN = 360.0
_SLACK, _SLACK_DEGREES = 1 + 1e-9, 1e-9
"""Boxes are a little larger, so that no rounding leaves a row out."""
_BEYOND = np.array(
    [
        [180.0, -np.inf, np.inf, np.inf],
        [-np.inf, -np.inf, -180.0, np.inf],
        [-np.inf, 90.0, np.inf, np.inf],
        [-np.inf, -np.inf, np.inf, -90.0],
    ]
)
"""Where coordinates are no longitudes and latitudes: an angle comes back after a turn, a box does not."""


@dataclass(frozen=True, slots=True)
class Circle:
    """All within ``metres`` of a place."""

    longitude: float
    latitude: float
    metres: float

    def holds(self, shapes: Shapes) -> npt.NDArray[np.bool_]:
        """(n,) of each shape; False for an empty one and for None."""
        import shapely

        point = shapely.points(self.longitude, self.latitude)
        with np.errstate(invalid="ignore"):
            within: npt.NDArray[np.bool_] = shapely.distance(shapes, point) * self._metres_of_a_degree <= self.metres
            points = (shapely.get_type_id(shapes) == _POINT_TYPE) & ~shapely.is_empty(shapes)
            within[points] = self._along_the_sphere(shapes[points]) <= self.metres
        return within

    def areas(self) -> Boxes | None:
        """(k, 4) boxes: whatever lies within meets one of them. None when no box can say."""
        if abs(self.longitude) > 180 or abs(self.latitude) > 90 or not isfinite(self.metres):
            return None
        up, aside = self._reach()
        box = [self.longitude - aside, self.latitude - up, self.longitude + aside, self.latitude + up]
        turns = np.array([[turn, 0.0, turn, 0.0] for turn in (-_TURN, 0.0, _TURN)])
        return np.vstack((np.array(box) + turns, _BEYOND))

    def _reach(self) -> tuple[float, float]:
        """Degrees to the north and south, and to the east and west, a little more than there can be."""
        planar = self.metres / self._metres_of_a_degree * _SLACK
        angle = self.metres / RADIUS * _SLACK
        up = max(planar, degrees(angle)) + _SLACK_DEGREES
        if radians(abs(self.latitude)) + angle >= pi / 2:  # a pole lies within
            return up, _TURN / 2
        aside = degrees(asin(min(1.0, sin(angle) / cos(radians(self.latitude)))))
        return up, max(planar, aside) + _SLACK_DEGREES

    @property
    def _metres_of_a_degree(self) -> float:
        return DEGREE * sqrt((1.0 + cos(radians(self.latitude)) ** 2) / 2.0)

    def _along_the_sphere(self, points: Shapes) -> Metres:
        """Haversine."""
        import shapely

        latitude, here = np.radians(shapely.get_y(points)), radians(self.latitude)
        half_up = (latitude - here) / 2
        half_aside = np.radians(shapely.get_x(points) - self.longitude) / 2
        chord = np.sin(half_up) ** 2 + np.cos(latitude) * cos(here) * np.sin(half_aside) ** 2
        metres: Metres = RADIUS * 2 * np.arctan2(np.sqrt(chord), np.sqrt(np.maximum(1 - chord, 0)))
        return metres


def circle_of(point: str, metres: float) -> Circle | None:
    """Round the point that a WKT names; None when it names no single point. Raises BadShape."""
    import shapely

    shape = shape_of(point)
    if shapely.get_type_id(shape) != _POINT_TYPE or shapely.is_empty(shape):
        return None
    return Circle(float(shapely.get_x(shape)), float(shapely.get_y(shape)), metres)

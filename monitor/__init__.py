"""Vedette: watch the press for a story, match it in every inflected form, deliver one alert.

The flow, one way: Source -> Document -> Article -> Match -> Alert -> Delivery.
docs/architecture.md draws it; the types stand in `monitor.models`.
"""

__version__ = "0.1.0"

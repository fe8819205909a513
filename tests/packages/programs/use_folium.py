# /// script
# dependencies = ["folium"]
# ///
"""A map with a marker is written as HTML."""

import folium

place = folium.Map([52.5, 13.4], zoom_start=12)
folium.Marker([52.5, 13.4], popup="Here").add_to(place)
assert "Here" in place.get_root().render() and "leaflet" in place._repr_html_()

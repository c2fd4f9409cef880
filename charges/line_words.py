"""A charge line in the words of the screens."""

METHODS = {
    "norm": "по нормативу",
    "norm_uplifted": "по нормативу с коэффициентом",
    "meter": "по счётчику",
    "average": "по среднему",
    "house_meter": "по общедомовому прибору",
}
_ZONES = {"day": "день", "halfpeak": "полупик", "night": "ночь"}
_COMPONENTS = {"water": "холодная вода", "heat": "тепловая энергия"}
_USES = {"individual": "индивидуальное потребление", "common": "общедомовые нужды"}


def line_name(service: str, *, zone: str, component: str, use: str) -> str:
    """«Электроснабжение, день»: the service and what tells its lines apart."""
    parts = (service, _ZONES.get(zone, ""), _COMPONENTS.get(component, ""), _USES.get(use, ""))
    return ", ".join(filter(None, parts))

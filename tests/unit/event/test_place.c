#include "unit.h"

#include <stdio.h>

#include "event/place.h"

#define FEATURE(properties, geometry)                                                              \
    "{\"type\":\"Feature\",\"properties\":{" properties "},\"geometry\":{" geometry "}}"
#define FEATURES(list) "{\"type\":\"FeatureCollection\",\"features\":[" list "]}"
#define GAO            "\"kind\":\"camp\",\"name\":\"Gao\""
#define POINT          "\"type\":\"Point\",\"coordinates\":[-0.04,16.27]"
#define SQUARE         "[[0,0],[1,0],[1,1],[0,1],[0,0]]"

/* A GeoJSON text, and the one finding it gives as "code@line:column part of the message", or "". */
static const struct place_case {
    const char *name, *text, *finding;
} cases[] = {
    {"a point", FEATURES(FEATURE(GAO, POINT)), ""},
    {"a feature alone", FEATURE(GAO, POINT), ""},
    {"no features", FEATURES(""), ""},
    {"a radius", FEATURE(GAO ",\"radius_m\":0.5", POINT), ""},
    {"a polygon", FEATURE(GAO, "\"type\":\"Polygon\",\"coordinates\":[" SQUARE "]"), ""},
    {"two polygons",
     FEATURE(GAO, "\"type\":\"MultiPolygon\",\"coordinates\":[[" SQUARE "],[" SQUARE "]]"), ""},
    {"a line", FEATURE(GAO, "\"type\":\"LineString\",\"coordinates\":[[0,0],[1,1]]"), ""},
    {"altitudes", FEATURE(GAO, "\"type\":\"Point\",\"coordinates\":[0,0,8848]"), ""},
    {"the corners of the world", FEATURE(GAO, "\"type\":\"Point\",\"coordinates\":[-180,-90]"), ""},
    {"other properties", FEATURE(GAO ",\"mission\":\"MINUSMA\",\"size\":[1]", POINT), ""},

    {"not JSON", "{\"type\":\n  camp}", "E0220@2:6 not valid JSON"},
    {"a member twice", "{\"type\":\"Feature\",\"type\":\"Feature\"}", "E0220@1:24 not valid JSON"},
    {"not UTF-8", "{\"type\":\"\xFF\"}", "E0220@1:9 not valid JSON"},
    {"nothing", "", "E0220@1:1 not valid JSON"},
    {"not GeoJSON", "{}", "E0221@0:0 FeatureCollection"},
    {"a list", "[]", "E0221@0:0 FeatureCollection"},
    {"a geometry alone", "{\"type\":\"Point\",\"coordinates\":[0,0]}", "E0221@0:0 Feature"},
    {"a collection of something else", FEATURES(FEATURE(GAO, POINT) ",7"),
     "E0221@0:0 feature 2: it is no object"},
    {"no properties", "{\"type\":\"Feature\",\"geometry\":{" POINT "}}",
     "E0222@0:0 feature 1: properties.name is missing"},
    {"no name", FEATURE("\"kind\":\"camp\"", POINT), "E0222@0:0 properties.name is missing"},
    {"an empty name", FEATURE("\"kind\":\"camp\",\"name\":\"\"", POINT),
     "E0222@0:0 properties.name"},
    {"a name of accents alone", FEATURE("\"kind\":\"camp\",\"name\":\"\xCC\x81\"", POINT),
     "E0222@0:0 properties.name"},
    {"a name that steers a terminal", FEATURE("\"kind\":\"camp\",\"name\":\"a\\u001b\"", POINT),
     "E0222@0:0 properties.name"},
    {"no kind", FEATURE("\"name\":\"Gao\"", POINT),
     "E0222@0:0 feature 1 (\"Gao\"): properties.kind is missing"},
    {"a kind with a space", FEATURE("\"kind\":\"our camp\",\"name\":\"Gao\"", POINT),
     "E0222@0:0 properties.kind must be"},
    {"aliases that are a word", FEATURE(GAO ",\"aliases\":\"x\"", POINT), "E0222@0:0 aliases"},
    {"an alias that is a number", FEATURE(GAO ",\"aliases\":[1]", POINT), "E0222@0:0 an alias"},
    {"a negative radius", FEATURE(GAO ",\"radius_m\":-1", POINT), "E0222@0:0 radius_m"},
    {"a radius beyond all bounds", FEATURE(GAO ",\"radius_m\":2500001", POINT),
     "E0222@0:0 radius_m"},
    {"a radius that is a word", FEATURE(GAO ",\"radius_m\":\"1\"", POINT), "E0222@0:0 radius_m"},
    {"a radius of a polygon",
     FEATURE(GAO ",\"radius_m\":1", "\"type\":\"Polygon\",\"coordinates\":[" SQUARE "]"),
     "E0222@0:0 goes with a Point"},
    {"no geometry", "{\"type\":\"Feature\",\"properties\":{" GAO "},\"geometry\":null}",
     "E0223@0:0 geometry"},
    {"a geometry we do not read", FEATURE(GAO, "\"type\":\"MultiPoint\",\"coordinates\":[[0,0]]"),
     "E0223@0:0 not MultiPoint"},
    {"latitude first, beyond a pole", FEATURE(GAO, "\"type\":\"Point\",\"coordinates\":[0,90.1]"),
     "E0223@0:0 outside"},
    {"longitude beyond 180", FEATURE(GAO, "\"type\":\"Point\",\"coordinates\":[180.1,0]"),
     "E0223@0:0 outside"},
    {"one number for a position", FEATURE(GAO, "\"type\":\"Point\",\"coordinates\":[1]"),
     "E0223@0:0 [longitude, latitude]"},
    {"words for a position", FEATURE(GAO, "\"type\":\"Point\",\"coordinates\":[\"0\",\"0\"]"),
     "E0223@0:0 [longitude, latitude]"},
    {"a ring of three", FEATURE(GAO, "\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[0,0]]]"),
     "E0223@0:0 four positions"},
    {"an open ring",
     FEATURE(GAO, "\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[1,1],[0,1]]]"),
     "E0223@0:0 end where it begins"},
    {"no ring", FEATURE(GAO, "\"type\":\"Polygon\",\"coordinates\":[]"), "E0223@0:0 rings"},
    {"no polygon", FEATURE(GAO, "\"type\":\"MultiPolygon\",\"coordinates\":{}"),
     "E0223@0:0 polygons"},
    {"a line of one position", FEATURE(GAO, "\"type\":\"LineString\",\"coordinates\":[[0,0]]"),
     "E0223@0:0 two positions"},
    {"a polygon without an inside",
     FEATURE(GAO, "\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[1,0],[0,0]]]"),
     "E0223@0:0 no inside"},
    {"an edge over a quarter of the globe",
     FEATURE(GAO, "\"type\":\"LineString\",\"coordinates\":[[0,0],[91,0]]"),
     "E0223@0:0 90 degrees"},
    {"half a continent", FEATURE(GAO, "\"type\":\"LineString\",\"coordinates\":[[-23,0],[23,0]]"),
     "E0223@0:0 too large"},
    {"a name twice in a kind", FEATURES(FEATURE(GAO, POINT) "," FEATURE(GAO, POINT)),
     "E0224@0:0 feature 2 (\"Gao\") shares the name \"gao\" with camp \"Gao\""},
    {"an alias that is another's name",
     FEATURES(FEATURE(GAO, POINT) "," FEATURE(
         "\"kind\":\"CAMP\",\"name\":\"x\",\"aliases\":[\"G\xC3\xA3o\"]", POINT)),
     "E0224@0:0 shares the name"},
    {"a name in two kinds",
     FEATURES(FEATURE(GAO, POINT) "," FEATURE("\"kind\":\"premises\",\"name\":\"Gao\"", POINT)),
     ""},
    {"an alias that is its own name", FEATURE(GAO ",\"aliases\":[\"GAO\",\"gao\"]", POINT), ""},
};

static void loads_or_tells(void **state)
{
    const struct place_case *c = *state;
    struct toc_diag *diag = toc_diag_create();
    struct toc_places *places = (void *)diag; /* Must be made NULL by a failure. */
    bool is_sound = toc_places_parse("p.geojson", toc_str_of(c->text), diag, &places);

    assert_int_equal(is_sound, c->finding[0] == '\0');
    assert_int_equal(places != NULL, is_sound);
    assert_int_equal(toc_diag_count(diag), !is_sound);
    if (!is_sound) {
        const struct toc_finding *finding = toc_diag_get(diag, 0);
        char found[40];

        (void)snprintf(found, sizeof found, "%s@%lu:%lu ", finding->code,
                       (unsigned long)finding->mark.line, (unsigned long)finding->mark.column);
        assert_memory_equal(found, c->finding, strlen(found));
        if (strstr(finding->message.data, c->finding + strlen(found)) == NULL) {
            fail_msg("\"%s\"", finding->message.data);
        }
    }
    toc_places_destroy(places);
    toc_diag_destroy(diag);
}

UNIT_TABLE("event/place", cases, loads_or_tells)

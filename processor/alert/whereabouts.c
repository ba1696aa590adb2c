/* Where an alert is, and when what it announces hits. */
#include <math.h>

#include "alert/writer.h"

void toc_whereabouts_location(const struct toc_writer *writer)
{
    const struct toc_episode *episode = writer->content->episode;
    struct toc_text *out = writer->out;
    char mgrs[TOC_MGRS_TEXT];
    int64_t radius_mm = 0;

    if (writer->located == NULL) {
        return;
    }
    struct toc_point point = toc_position_point(&writer->located->position);
    for (size_t i = 0; i < episode->evidence_count; i++) {
        if (episode->evidence[i].position.has_point) {
            int64_t mm =
                toc_geo_distance_mm(point, toc_position_point(&episode->evidence[i].position));
            radius_mm = mm > radius_mm ? mm : radius_mm;
        }
    }
    toc_geo_format_mgrs(point, mgrs);
    toc_writer_name(out, "location");
    toc_text_addf(out, "{\"lat\":%.6f,\"lon\":%.6f,", point.lat_deg, point.lon_deg);
    if (writer->high != NULL) {
        toc_text_add(out, TOC_STR("\"alt_m\":"));
        toc_writer_millionths(out, writer->high->position.alt_mm * INT64_C(1000));
        toc_text_add_char(out, ',');
    }
    toc_text_addf(out, "\"mgrs\":\"%s\",\"radius_m\":%lld}", mgrs,
                  (long long)((radius_mm + 999) / 1000));
}

/* One that moves: as far and in the direction from where it last said it was. */
static void add_moving(const struct toc_writer *writer)
{
    const struct toc_telling *telling = writer->telling;
    size_t part = (size_t)writer->moving_part;
    struct toc_text *out = writer->out;
    struct toc_point from;

    toc_writer_name(out, "place");
    toc_text_add_char(out, '{');
    toc_writer_text(out, "kind", telling->rule->key_parts[part].name);
    toc_writer_text(out, "name", telling->key->values[part].label);
    if (writer->located != NULL && telling->where_is != NULL &&
        telling->where_is(telling, part, writer->located->kept->at_ms, &from, telling->context)) {
        struct toc_point point = toc_position_point(&writer->located->position);
        toc_text_addf(out, ",\"distance_m\":%lld,\"bearing_deg\":%ld",
                      (long long)(toc_geo_distance_mm(from, point) / 1000),
                      lround(toc_geo_bearing_deg(from, point)) % 360);
    }
    toc_text_add_char(out, '}');
}

void toc_whereabouts_place(const struct toc_writer *writer)
{
    struct toc_text *out = writer->out;

    if (writer->place < 0) {
        if (writer->moving_part >= 0) {
            add_moving(writer);
        }
        return;
    }
    const struct toc_place *place = toc_places_get(writer->telling->places, (size_t)writer->place);
    toc_writer_name(out, "place");
    toc_text_add_char(out, '{');
    toc_writer_text(out, "kind", place->kind);
    toc_writer_text(out, "name", place->name);
    if (writer->located != NULL) {
        struct toc_point point = toc_position_point(&writer->located->position);
        int64_t mm = toc_places_distance_mm(writer->telling->places, (size_t)writer->place, point);
        long bearing = lround(toc_geo_bearing_deg(place->centre, point)) % 360;
        toc_text_addf(out, ",\"distance_m\":%lld,\"bearing_deg\":%ld", (long long)(mm / 1000),
                      bearing);
    }
    toc_text_add_char(out, '}');
}

void toc_whereabouts_impact(const struct toc_writer *writer)
{
    struct toc_value room;
    const struct toc_value *eta =
        writer->newest != NULL
            ? toc_writer_field(writer, writer->newest->kept, TOC_STR("eta"), &room)
            : NULL;

    if (eta != NULL && eta->kind == TOC_VALUE_NUMBER && eta->number >= 0 && eta->number < 86400) {
        toc_writer_instant(writer->out, "impact_at",
                           writer->newest->kept->at_ms + (int64_t)llround(eta->number * 1000));
    }
}

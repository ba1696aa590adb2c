// The floor: a program written for just r1, r2 and r3 of this workload and nothing else, on
// simdjson's DOM (which accepts exactly valid JSON). What a general engine is compared with.
//
//     floor FILE    prints the numbers of alerts; nanoseconds an event on stderr
#include <simdjson.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace
{

using text = std::string_view;

constexpr std::int64_t WINDOW_MS = 10000, SEQUENCE_MS = 60000, DEADLINE_MS = 10000;
constexpr std::size_t HITS = 20;

// Days since 1970-01-01 of a date of the Gregorian calendar (Hinnant, "chrono-Compatible
// Low-Level Date Algorithms", days_from_civil).
std::int64_t days(int year, unsigned month, unsigned day)
{
    year -= month <= 2;
    const int era = year / 400;
    const unsigned of_era = static_cast<unsigned>(year - era * 400);
    const unsigned of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * INT64_C(146097) + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

int two(const char *digits)
{
    return (digits[0] - '0') * 10 + digits[1] - '0';
}

// "2025-11-21T12:00:00.000Z", always of this form.
std::int64_t milliseconds(text t)
{
    const char *p = t.data();
    const std::int64_t day = days(two(p) * 100 + two(p + 2), static_cast<unsigned>(two(p + 5)),
                                  static_cast<unsigned>(two(p + 8)));
    return (day * 86400 + two(p + 11) * 3600 + two(p + 14) * 60 + two(p + 17)) * 1000 +
           (p[20] - '0') * 100 + two(p + 21);
}

struct Site {
    std::deque<std::int64_t> hits;
    bool is_armed = true;
    std::vector<std::int64_t> demonstrations;
};

struct Fields {
    text type, time, subject, id;
    double confidence = 0;
    std::int64_t size = 0;
};

Fields read(simdjson::dom::object event)
{
    Fields f;
    for (auto member : event) {
        if (member.key == "type") {
            f.type = member.value;
        } else if (member.key == "time") {
            f.time = member.value;
        } else if (member.key == "subject") {
            f.subject = member.value;
        } else if (member.key == "data") {
            for (auto field : simdjson::dom::object(member.value)) {
                if (field.key == "confidence") {
                    f.confidence = field.value;
                } else if (field.key == "size") {
                    f.size = field.value;
                } else if (field.key == "case") {
                    f.id = field.value;
                }
            }
        }
    }
    return f;
}

class Floor
{
  public:
    long r1 = 0, r2 = 0, r3 = 0;

    void feed(const Fields &f)
    {
        const std::int64_t at = milliseconds(f.time);
        while (!deadlines.empty() && deadlines.front().first < at) {
            r3 += static_cast<long>(waiting.erase(deadlines.front().second));
            deadlines.pop_front();
        }
        if (f.type == "rocket.detection") {
            if (f.confidence >= 0.95) {
                hit(site(f), at);
            }
        } else if (f.type == "demonstration.report") {
            if (f.size > 900) {
                site(f).demonstrations.push_back(at);
            }
        } else if (f.type == "roadblock.report") {
            Site &s = site(f);
            for (std::int64_t begun : s.demonstrations) {
                r2 += at - begun <= SEQUENCE_MS;
            }
            s.demonstrations.clear();
        } else if (f.type == "all-clear.report") {
            site(f).demonstrations.clear();
        } else if (f.type == "casualty.report") {
            waiting[std::string(f.id)] = at;
            deadlines.emplace_back(at + DEADLINE_MS, std::string(f.id));
        } else if (f.type == "response.report") {
            waiting.erase(std::string(f.id));
        }
    }

  private:
    std::unordered_map<std::string, Site> sites;
    std::unordered_map<std::string, std::int64_t> waiting;
    std::deque<std::pair<std::int64_t, std::string>> deadlines;

    Site &site(const Fields &f)
    {
        return sites[std::string(f.subject)];
    }

    void hit(Site &s, std::int64_t at)
    {
        while (!s.hits.empty() && s.hits.front() < at - 1 - WINDOW_MS) {
            s.hits.pop_front();
        }
        if (s.hits.size() < HITS) {
            s.is_armed = true;
        }
        while (!s.hits.empty() && s.hits.front() < at - WINDOW_MS) {
            s.hits.pop_front();
        }
        s.hits.push_back(at);
        if (s.hits.size() >= HITS && s.is_armed) {
            r1++;
            s.is_armed = false;
        }
    }
};

} // namespace

int main(int argc, char **argv)
{
    if (argc != 2) {
        std::fputs("usage: floor FILE\n", stderr);
        return 2;
    }
    const simdjson::padded_string file = simdjson::padded_string::load(argv[1]);
    simdjson::dom::parser parser;
    Floor floor;
    long count = 0;
    const auto begun = std::chrono::steady_clock::now();

    for (const char *line = file.data(), *end = line + file.size(); line < end;) {
        const void *found = std::memchr(line, '\n', static_cast<std::size_t>(end - line));
        const char *stop = found != nullptr ? static_cast<const char *>(found) : end;
        floor.feed(read(parser.parse(line, static_cast<std::size_t>(stop - line), false)));
        line = stop + 1;
        count++;
    }
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begun;
    std::printf("R1 %ld R2 %ld R3 %ld\n", floor.r1, floor.r2, floor.r3);
    std::fprintf(stderr, "%ld events, %.0f ns an event\n", count,
                 spent.count() / static_cast<double>(count) * 1e9);
}

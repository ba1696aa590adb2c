"""Where a rule file can be wrong: every key and value with its place, and which mistakes people make there."""
import re

import yaml

SPAN = re.compile(r"^(\d+(d|h|ms|m|s))+$")
DISTANCE = re.compile(r"^\d+(\.\d+)? ?k?m$")
REQUIRED = {"rule": ["rule", "title", "status", "level", "events", "when", "alert"], "event": ["type"],
            "near": ["place", "distance"], "tie": ["near", "distance"], "measure": ["of", "field"],
            "alert": ["topic"], "test": ["name", "given", "expect"], "given": ["time", "type"]}
BLOCKS = {"when": "when", "alert": "alert", "absence": "absence", "near": "near"}
MEASURES = {"count_distinct", "sum", "average", "min", "max"}
NAMES = {"type": "type", "topic": "topic", "tags": "tag", "recipients": "recipient", "level": "word",
         "status": "word", "once_per": "word", "place": "place"}
TEXTS = ("title", "brief", "summary", "response")  # Plain, or a mapping of languages to such.
ALIASES = {"event", "latest", "count", "of", "after", "expected", "sequence", "all_of", "any_kinds", "without",
           "clear_when"}


class Site:
    """A stretch of the text (from, to) at a line and column from 1, and the mistake @sort that fits it."""

    def __init__(self, sort, node, end=None, parent=None):
        self.sort, self.begin, self.end = sort, node.start_mark.index, (end or node).end_mark.index
        self.line, self.column = node.start_mark.line + 1, node.start_mark.column + 1
        self.parent = parent  # Where something missing is told: (line, column).


def place(node):
    return node.start_mark.line + 1, node.start_mark.column + 1


class Walk:
    """All sites of a document. @deep: what the keys under a mapping are called."""

    def __init__(self, document):
        self.sites = []
        names = {key.value: value for key, value in document.value}
        self.block("rule", document, place(names["rule"]))

    def add(self, sort, node, end=None, parent=None):
        self.sites.append(Site(sort, node, end, parent))

    def scalars(self, sort, node):
        for item in node.value if isinstance(node, yaml.SequenceNode) else [node]:
            if isinstance(item, yaml.ScalarNode) and item.style is None:
                self.add("list" if item.value.startswith("lists.") else sort, item)

    def references(self, node):
        """NAME, [NAME, ..], NAME: { near, distance }"""
        if isinstance(node, yaml.MappingNode):
            for key, tie in node.value:
                self.add("alias", key)
                self.block("tie", tie, place(key))
        elif isinstance(node, yaml.SequenceNode):
            for item in node.value:
                self.references(item)
        elif node.style is None:
            self.add("alias", node)

    def block(self, name, node, parent):
        """A mapping with keys of its own; @parent is where something missing in it is told."""
        for key, value in node.value:
            self.add("key", key)
            if key.value in REQUIRED.get(name, []) and len(node.value) > 1:
                here = place(node.value[1 if key is node.value[0][0] else 0][0]) if (
                    name == "rule" and key.value == "rule") else parent
                self.add("missing", key, value, here)
            self.value(name, key, value)

    def value(self, block, key, value):
        word = key.value
        if isinstance(value, yaml.ScalarNode) and value.style is None:
            if SPAN.match(value.value) and word not in ("title", "name", "time"):
                self.add("duration", value)
            if word == "distance" and DISTANCE.match(value.value):
                self.add("distance", value)
            if word in ("at_least", "more_than", "at_most", "less_than", "version"):
                self.add("number", value)
        if word not in (*TEXTS, "description", "references", "owner", "falsepositives", "name", "lists", "as",
                        "members"):
            self.add("shape", value)
        if word in TEXTS and isinstance(value, yaml.MappingNode):
            for language, _ in value.value:
                self.add("language", language)
        if block == "rule" and word == "events":
            for alias, event in value.value:
                self.block("event", event, place(alias))
        elif block == "rule" and word == "tests":
            for test in value.value:
                self.test(test)
        elif word == "match":
            self.match(value)
        elif word in MEASURES and isinstance(value, yaml.MappingNode):
            self.block("measure", value, place(key))
        elif word == "near" and block == "tie":
            self.references(value)
        elif word in BLOCKS and isinstance(value, yaml.MappingNode):
            near = "when_near" if word == "near" and block == "when" else word
            self.block({"when_near": "other"}.get(near, near), value, place(key))
        elif word in ALIASES and block in ("when", "measure", "absence", "alert"):
            self.references(value)
        elif word in NAMES:
            self.scalars(NAMES[word], value)
        elif word == "members" and isinstance(value, yaml.ScalarNode):
            self.scalars("list", value)
        elif word in ("at", "field", "from", "group_by"):
            self.scalars("field" if word != "group_by" else "part", value)

    def match(self, node):
        for key, value in node.value:
            self.add("match", key)
            if "|" not in key.value or key.value.endswith("|not"):
                self.scalars("value", value)

    def test(self, test):
        self.block("test", test, place(test))
        for key, value in test.value:
            if key.value == "given":
                for event in value.value:
                    self.block("given", event, place(event))
            elif key.value == "expect":
                for alert in value.value:
                    for name, part in alert.value:
                        if name.value == "key":
                            for member, _ in part.value:
                                self.add("part", member)


def sites_of(text):
    return [site for document in yaml.compose_all(text, yaml.BaseLoader)
            if isinstance(document, yaml.MappingNode) for site in Walk(document).sites]

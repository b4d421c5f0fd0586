import json
import time

import pytest
from apprise.plugins import telegram
from support.messages import NOW, alert, delivery, notice, read_telegram, update
from support.origin import Answer

from monitor.models import Snippet
from monitor.notify.labels import LABELS
from monitor.notify.markup import MAIL, SLACK, TELEGRAM, TEXT, Room, characters
from monitor.notify.template import TemplateFault, example, fill_in_sandbox, templated, try_template, values_for

EN = LABELS["en"]
HOSTILE = "{{7*7}} {% for i in range(9) %} {0.__class__} %(x)s ${ENV} <b>&"


def filled(template, message=None, markup=TELEGRAM, limit=4096):
    return templated(template, message or alert(), NOW, EN, markup, room=Room(limit, characters))


def test_a_template_names_what_an_editor_wants():
    template = "<b>{{ severity_label }}</b> {{ title }} [{{ tags|join(',') }}] {{ age }}\n{{ sentence }}\n{{ rules }}\n{{ link }}"
    assert filled(template) == (
        "<b>HIGH</b> Союзное государство [state] 3 min ago\nБюджет <b>Союзного государства</b> утверждён.\n"
        'Union State bodies\n<a href="https://x.test/1">x.test/1</a>'
    )
    template = "{% if kind == 'alert' %}new{% elif kind == 'notice' %}{{ reason }}{% else %}{{ kind }} {{ reports }}{% endif %}"
    assert filled(template, alert()) == "new"
    assert filled(template, update()) == "reported 2"
    assert filled(template, notice()) == "no answer since 10:00"


@pytest.mark.parametrize("markup", [TELEGRAM, SLACK, MAIL, TEXT], ids=lambda markup: markup.name)
def test_what_an_article_says_is_never_a_template_nor_markup(markup):
    """Neither as it is, nor after a filter that gives markup back, nor as a format."""
    message = alert(title=HOSTILE, snippet=Snippet(text=HOSTILE))
    expressions = (
        "title",
        "title|safe",
        "(title ~ '')|string",
        "title|replace('x', 'x')",
        "sentence",
        "sentence|upper|lower",
    )
    found = filled("\n".join("{{ " + expression + " }}" for expression in expressions), message, markup).splitlines()
    assert len(found) == len(expressions)
    for expression, text in zip(expressions, found, strict=True):
        assert text.startswith("{{7")
        assert "49" not in text
        assert "<b>" not in text.replace("\u200b", "") or markup is TEXT
        assert "&lt;b&gt;&amp;" in text or markup is TEXT or "|upper" in expression


@pytest.mark.parametrize(
    ("template", "said", "line"),
    [
        ("fine\n{% if %}", "Expected an expression", 2),
        ("\n\n{{ nosuchname }}", "'nosuchname' is undefined", 3),
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "unsafe", 1),
        ("{{ title.format.__globals__ }}", "unsafe", 1),
        ("{{ self.__init__.__globals__ }}", "unsafe|undefined", 1),
        ("{{ '{0.__class__.__mro__}'.format(1) }}", "unsafe|has no attribute|'__class__'", 1),
        ("{% include '/etc/passwd' %}", "no loader", 1),
        ("{% import 'os' as os %}", "no loader", 1),
        ("{{ range(10**9)|length }}", "Range too big", 1),
        ("{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}", "too much time", None),
        ("{{ 'x' * 10**10 }}", "512 MB", None),
        ("{{ '%9999999999d'|format(1) }}", "512 MB|too", None),
        ("{{ 9**(9**9) }}", "too much time", None),
        ("{{ 'x' * 10**6 }}", "more than 100,000", None),
        ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "recursion", 1),
        ("{{ tags.append('x') }}", "unsafe|immutable|not safely callable", 1),
        (" \n ", "no text", None),
        ("{{ 1/0 }}", "division", 1),
    ],
)
def test_a_template_that_fails_or_attacks_is_stopped_and_says_where(template, said, line):
    start = time.monotonic()
    with pytest.raises(TemplateFault, match=said) as caught:
        try_template(template, TELEGRAM, NOW)
    assert time.monotonic() - start < 10
    assert line is None or caught.value.line == line


def test_a_template_sees_no_variable_of_the_environment(monkeypatch):
    monkeypatch.setenv("DESK_SECRET", "a-secret-of-the-desk")
    values = values_for(alert(), NOW, EN, TELEGRAM)
    names = ("environ", "DESK_SECRET", "config", "request", "open", "__builtins__", "__import__", "title")
    asked = " ".join("{{ " + name + " is defined }}" for name in names)
    assert fill_in_sandbox(asked, TELEGRAM, values).split() == ["False"] * 7 + ["True"]


def test_what_is_too_long_is_told_shorter_and_else_refused():
    long = alert(title="слово " * 100, snippet=Snippet(text="слово " * 100))
    assert len(filled("{{ title }} {{ sentence }} {{ link }}", long, limit=300)) <= 300
    with pytest.raises(TemplateFault, match="longer than the 300"):
        filled("{{ title }}" + "x" * 300, limit=300)


def test_a_channel_uses_its_template(at, origin, channel, faults):
    channel(f"json://{at}/hook", template="{{ severity }}: {{ title }}").send(delivery(), NOW)
    assert json.loads(origin.hits[0].body)["message"] == "high: Союзное государство"
    assert faults == []


def test_with_a_broken_template_the_alert_goes_out_in_the_default_form_and_the_fault_is_told(
    at, origin, channel, faults
):
    channel(f"json://{at}/hook", template="{{ ''.__class__ }}").send(delivery(), NOW)
    assert "https://x.test/1" in json.loads(origin.hits[0].body)["message"]
    (fault,) = faults
    assert fault.startswith("the template does not work, the default form is sent: line 1: access to attribute")


def test_markup_of_a_template_that_is_refused_gives_the_default_form_in_plain_text(
    at, origin, channel, faults, monkeypatch
):
    monkeypatch.setattr(telegram.NotifyTelegram, "notify_url", f"{origin.url}/bot")

    def answer(hit):
        bad = "<nosuchtag>" in json.loads(hit.body)["text"]
        return Answer(b'{"description": "can\'t parse entities"}', 400) if bad else Answer(b'{"ok": true}')

    origin.answers.answer = answer
    url = "tgram://123456789:AAE-token_of_a_bot_that_is_none/4711/"
    channel(url, template="<nosuchtag>{{ title }}").send(delivery(), NOW)
    assert len(origin.hits) == 2
    links, _ = read_telegram(json.loads(origin.hits[1].body)["text"])
    assert links == ["https://x.test/1"]
    assert "refused the markup" in faults[0]


def test_an_example_says_that_it_is_one():
    message = example("1", NOW, "ПРОВЕРКА")
    start, end = message.snippet.marks[0]
    assert message.snippet.text[start:end] == "example"
    assert message.title.startswith("ПРОВЕРКА")

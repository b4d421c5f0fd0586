"""What messages say in their own words, in the languages that a channel may choose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from monitor.models import Severity
from monitor.notify.words import largest_unit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

Language = Literal["en", "ru", "be", "uk"]
# One, a few (2 to 4, but for 12 to 14) and many. English has one and many.
Forms = tuple[str, str, str]

_TEENS = range(11, 15)
_FEW = range(2, 5)


@dataclass(frozen=True, slots=True)
class Labels:
    """The words of one language. `{}` stands for a number, or for a length of time in `ago`."""

    code: Language
    severities: Mapping[Severity, str]
    units: Mapping[str, str]
    ago: str
    just_now: str
    undated: str
    partial: str
    reported: str
    earlier: str
    rules: str
    corrected: str
    removed: str
    works_again: str
    since: str
    test: str
    reports: Forms
    stories: Forms
    backlog: Forms
    more: Forms

    def number(self, forms: Forms, number: int) -> str:
        """The form that goes with a number, with the number in it."""
        return forms[self._form(number)].format(number)

    def _form(self, number: int) -> int:
        if self.code == "en":
            return 0 if number == 1 else 2
        if number % 100 in _TEENS:
            return 2
        return 0 if number % 10 == 1 else 1 if number % 10 in _FEW else 2

    def age(self, published: datetime | None, now: datetime | None) -> str:
        """Time since publication, `3 min ago`; without `now` its date."""
        if not published:
            return self.undated
        if now is None:
            return f"{published:%Y-%m-%d %H:%M} UTC"
        seconds = int((now - published).total_seconds())
        number, unit = largest_unit(seconds)
        return self.ago.format(f"{number} {self.units[unit]}") if seconds > 0 else self.just_now


_S = Severity

LABELS: dict[Language, Labels] = {
    "en": Labels(
        code="en",
        severities={_S.LOW: "LOW", _S.MEDIUM: "MEDIUM", _S.HIGH: "HIGH", _S.CRITICAL: "CRITICAL"},
        units={"d": "d", "h": "h", "min": "min", "s": "s"},
        ago="{} ago",
        just_now="just now",
        undated="undated",
        partial="feed text only",
        reported="also reported by",
        earlier="earlier by",
        rules="further rules hold",
        corrected="corrected",
        removed="removed",
        works_again="works again",
        since="since {} UTC",
        test="TEST",
        reports=("{} report of this story", "{} reports of this story", "{} reports of this story"),
        stories=("{} message", "{} messages", "{} messages"),
        backlog=(
            "{} story that matches was already in the sources",
            "{} stories that match were already in the sources",
            "{} stories that match were already in the sources",
        ),
        more=(
            "and {} more: monitor alerts",
            "and {} more: monitor alerts",
            "and {} more: monitor alerts",
        ),
    ),
    "ru": Labels(
        code="ru",
        severities={_S.LOW: "НИЗКАЯ", _S.MEDIUM: "СРЕДНЯЯ", _S.HIGH: "ВЫСОКАЯ", _S.CRITICAL: "КРИТИЧЕСКАЯ"},
        units={"d": "дн", "h": "ч", "min": "мин", "s": "с"},
        ago="{} назад",
        just_now="только что",
        undated="без даты",
        partial="только текст ленты",
        reported="об этом сообщает и",
        earlier="ранее:",
        rules="сработали новые правила",
        corrected="исправлено",
        removed="удалено",
        works_again="снова работает",
        since="с {} UTC",
        test="ПРОВЕРКА",
        reports=("{} сообщение об этом", "{} сообщения об этом", "{} сообщений об этом"),
        stories=("{} сообщение", "{} сообщения", "{} сообщений"),
        backlog=(
            "{} подходящая новость уже была в источниках",
            "{} подходящие новости уже были в источниках",
            "{} подходящих новостей уже были в источниках",
        ),
        more=(
            "и ещё {} новость: monitor alerts",
            "и ещё {} новости: monitor alerts",
            "и ещё {} новостей: monitor alerts",
        ),
    ),
    "be": Labels(
        code="be",
        severities={_S.LOW: "НІЗКАЯ", _S.MEDIUM: "СЯРЭДНЯЯ", _S.HIGH: "ВЫСОКАЯ", _S.CRITICAL: "КРЫТЫЧНАЯ"},
        units={"d": "дн", "h": "гадз", "min": "хв", "s": "с"},
        ago="{} таму",
        just_now="толькі што",
        undated="без даты",
        partial="толькі тэкст стужкі",
        reported="пра гэта паведамляе і",
        earlier="раней:",
        rules="спрацавалі новыя правілы",
        corrected="выпраўлена",
        removed="выдалена",
        works_again="зноў працуе",
        since="з {} UTC",
        test="ПРАВЕРКА",
        reports=("{} паведамленне пра гэта", "{} паведамленні пра гэта", "{} паведамленняў пра гэта"),
        stories=("{} паведамленне", "{} паведамленні", "{} паведамленняў"),
        backlog=(
            "{} прыдатная навіна ўжо была ў крыніцах",
            "{} прыдатныя навіны ўжо былі ў крыніцах",
            "{} прыдатных навін ужо былі ў крыніцах",
        ),
        more=(
            "і яшчэ {} навіна: monitor alerts",
            "і яшчэ {} навіны: monitor alerts",
            "і яшчэ {} навін: monitor alerts",
        ),
    ),
    "uk": Labels(
        code="uk",
        severities={_S.LOW: "НИЗЬКА", _S.MEDIUM: "СЕРЕДНЯ", _S.HIGH: "ВИСОКА", _S.CRITICAL: "КРИТИЧНА"},
        units={"d": "дн", "h": "год", "min": "хв", "s": "с"},
        ago="{} тому",
        just_now="щойно",
        undated="без дати",
        partial="лише текст стрічки",
        reported="про це повідомляє і",
        earlier="раніше:",
        rules="спрацювали нові правила",
        corrected="виправлено",
        removed="видалено",
        works_again="знову працює",
        since="з {} UTC",
        test="ПЕРЕВІРКА",
        reports=("{} повідомлення про це", "{} повідомлення про це", "{} повідомлень про це"),
        stories=("{} повідомлення", "{} повідомлення", "{} повідомлень"),
        backlog=(
            "{} відповідна новина вже була у джерелах",
            "{} відповідні новини вже були у джерелах",
            "{} відповідних новин уже були у джерелах",
        ),
        more=(
            "і ще {} новина: monitor alerts",
            "і ще {} новини: monitor alerts",
            "і ще {} новин: monitor alerts",
        ),
    ),
}

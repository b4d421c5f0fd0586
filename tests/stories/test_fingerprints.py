"""What is one story and what is two, on texts written for this."""

import json
import random
import re
from itertools import combinations

import pytest

from monitor.models import Article
from monitor.stories.fingerprints import INDEXED, WORDS, Fingerprint, fingerprint, same_story

CUSTOMS = """Правительства двух соседних стран договорились открыть общий таможенный пост у моста через реку Вилейку.
Соглашение подписали вчера вечером министры транспорта после переговоров, которые продолжались почти три недели.
Новый пост заменит две старые площадки, где водители грузовиков ждали проверки до восьми часов.
Строительство начнётся весной, а первые машины пройдут досмотр через полтора года, рассказал журналистам начальник
управления Пётр Гордеев. Стоимость проекта оценивают в сорок миллионов рублей, половину заплатит каждая сторона.
Местные перевозчики встретили новость осторожно: по их словам, главное препятствие не площадка, а разные правила
оформления грузов. Директор транспортной компании Анна Савицкая напомнила, что прежний договор о совместной проверке
так и не заработал, потому что ведомства не согласовали электронную подпись. Теперь подпись признают оба государства,
и документы будут заполнять один раз. Экологи просят перенести дорогу подальше от заповедного берега и обещают
обжаловать разрешение, если маршрут останется прежним."""
# The same, told by somebody else.
CUSTOMS_RETOLD = """У моста через Вилейку появится общий таможенный пост двух соседних стран. Документ об этом министры
транспорта подписали вечером, переговоры заняли почти три недели. Пост заменит две старые площадки: водители грузовиков
стояли там в ожидании проверки до восьми часов. К строительству приступят весной, первые машины досмотр пройдут через
полтора года, сообщил начальник управления Пётр Гордеев. Проект обойдётся в сорок миллионов рублей, каждая сторона
заплатит половину. Перевозчики отнеслись к новости осторожно. Они считают главным препятствием разные правила, по
которым оформляют грузы, а не площадку. Прежний договор о совместной проверке не заработал: ведомства так и не смогли
согласовать электронную подпись, напомнила Анна Савицкая, директор местной транспортной компании. Сейчас подпись
признают оба государства, заполнять документы придётся один раз. Экологи требуют, чтобы дорогу перенесли от
заповедного берега, иначе разрешение на маршрут обещают обжаловать."""
# Another day of the same affair: the same names and subject, another event.
CUSTOMS_NEXT = """Парламент соседней страны ратифицировал соглашение об общем таможенном посте у моста через реку Вилейку.
За документ проголосовали восемьдесят депутатов, против выступила фракция аграриев, которая считает условия невыгодными.
Докладчик комитета заявил, что задержка могла сорвать выделение кредита на ремонт подъездных дорог. Оппозиция
предлагала отложить вопрос до осени и сначала провести слушания в приграничных районах, однако поправку отклонили.
Теперь договор должен утвердить президент, на это закон отводит десять дней. Министр транспорта после заседания сказал,
что конкурс среди подрядчиков объявят в ближайшее время, а победителя определят летом. Профсоюз таможенников требует
гарантий занятости для сотрудников закрываемых отделений и готовит обращение. Начальник управления Пётр Гордеев
пообещал, что никого не уволят: людям предложат переобучение и места на новой площадке. В ведомстве добавили, что
расписание работы объектов до открытия меняться не будет."""
EXHIBITION = """У Гродне адкрылася выстава старых гадзіннікаў, якія калекцыянер Мікола Астроўскі збіраў больш за трыццаць
гадоў. У зале музея стаяць падлогавыя, насценныя і кішэнныя механізмы, і амаль кожны з іх працуе. Самы стары зрабілі
нямецкія майстры, яго знайшлі на гарышчы закінутай сядзібы без стрэлак і з паламанай спружынай. Рэстаўратары аднаўлялі
знаходку два гады, дэталі даводзілася вырабляць нанова па старых чарцяжах. Арганізатары плануюць экскурсіі для
школьнікаў, дзе дзеці змогуць самі сабраць просты механізм. Выстава будзе адкрыта да канца зімы, а потым паедзе ў
Брэст і Вільню. Частку экспанатаў уладальнік збіраецца падарыць музею, калі той знойдзе асобнае памяшканне."""
HARBOUR = """Укладачі кабелю повернулися до одеського порту після шторму, який пошкодив причал і затопив майстерню на
набережній. Капітан буксира Олена Кравчук розповіла, що хвиля зірвала швартові канати двох барж уночі, коли екіпаж уже
спав. Рятувальники евакуювали чотирнадцять моряків, ніхто серйозно не постраждав. Керівництво порту оцінює збитки та
обіцяє відновити рух суден до суботи, проте перевізники зерна вже шукають інші маршрути. Страхова компанія надішле
експертів, щойно водолази оглянуть підводну частину причалу. Мешканці прибережних вулиць скаржаться на перебої зі
світлом, енергетики працюють там другу добу."""
LIBRARY = """The council of Ashford voted on Tuesday to keep the mobile library running for another winter, after residents
collected thousands of signatures against the planned closure. Officials had argued that the ageing vehicle needed
repairs which the budget could not cover, while visitors in remote villages said it was their only source of books.
Librarian Margaret Hollis told the meeting that borrowing had doubled since the village school closed its reading room.
A local garage has offered to service the engine without charge, and a printing company will pay for fuel until spring.
Opponents of the decision warned that the savings would have to come from street lighting or from swimming lessons.
The council will review the arrangement in April, when the contract with the driver expires."""
STORIES = (CUSTOMS, EXHIBITION, HARBOUR, LIBRARY)
BACKGROUND = """Напомним, отношения двух стран регулирует рамочный договор, заключённый ещё двадцать лет назад. С тех пор
стороны создали десятки комиссий, согласовали общий тариф и отменили роуминг, однако единая валюта, о которой
говорилось в первоначальном тексте, так и осталась предметом долгих споров между экспертами."""


def mark(text, title="", **fields):
    return fingerprint(Article(id="a", source="s", title=title, text=text, **fields))


def alike(one, other):
    """Whichever of the two came first."""
    answers = {same_story(one, other), same_story(other, one)}
    assert len(answers) == 1
    return answers.pop()


def edited(text, share, seed):
    """A share of the words dropped, or replaced by words of nobody's."""
    chance = random.Random(seed)
    kept = []
    for word in text.split():
        if chance.random() >= share:
            kept.append(word)
        elif chance.random() < 0.6:
            kept.append("".join(chance.choices("абвгдезиклмнопрст", k=8)))
    return " ".join(kept)


def invented(seed, count):
    """Words that no other text has."""
    chance = random.Random(seed)
    return " ".join("".join(chance.choices("абвгдежзиклмнопрстуф", k=chance.randint(4, 10))) for _ in range(count))


@pytest.mark.parametrize("text", STORIES)
def test_a_reprint_under_another_headline_is_the_same_story(text):
    assert alike(
        mark(text, "First headline of somebody"), mark(f"МИНСК. {text} Подписывайтесь!", "Совсем иной заголовок")
    )


@pytest.mark.parametrize("text", STORIES)
def test_a_brief_is_the_same_story_whichever_came_first(text):
    brief = ". ".join(re.split(r"\.\s", text)[:2])
    assert alike(mark(text, "One headline on a subject"), mark(brief, "One headline on a subject"))


def test_a_brief_under_a_headline_of_its_own_joins_the_whole_text():
    """Its words stand in what was told, and it is about what that was headed by."""
    brief = ". ".join(CUSTOMS.split(". ")[:3])
    whole = mark(CUSTOMS, "Общий таможенный пост построят у моста через Вилейку")
    assert same_story(mark(brief, "Очереди на границе исчезнут"), whole)


def test_the_lead_is_part_of_the_text():
    lead, _, text = CUSTOMS.partition("\n")
    assert mark(text, "Пост", lead=lead) == mark(CUSTOMS, "Пост")


@pytest.mark.parametrize("text", STORIES)
@pytest.mark.parametrize("share", [0.1, 0.25, 0.35])
def test_edits_all_over_the_text_leave_one_story(text, share):
    found = [alike(mark(text, "Headline"), mark(edited(text, share, seed), "Заголовок")) for seed in range(10)]
    assert sum(found) >= 6


def test_a_retelling_in_other_words_is_the_same_story():
    phrases = [set(mark(text).phrases) for text in (CUSTOMS, CUSTOMS_RETOLD)]
    assert len(phrases[0] & phrases[1]) < 0.3 * len(phrases[0]), "not a copy"
    assert alike(mark(CUSTOMS, "Общий пост на Вилейке"), mark(CUSTOMS_RETOLD, "У Вилейки построят общий пост"))


def test_spelling_makes_no_difference():
    """Classical Belarusian and the letter ё."""
    assert mark("Снег і зьезд: сьвята ідзе, жыцьцё працягваецца") == mark(
        "Снег і з'езд: свята ідзе, жыццё працягваецца"
    )
    assert mark("Самолёт приземлился вовремя, пассажиры расходятся") == mark(
        "Самолет приземлился вовремя, пассажиры расходятся"
    )


def test_two_days_of_one_affair_are_two_stories():
    title = "Таможенный пост на Вилейке"
    assert not alike(mark(CUSTOMS, title), mark(CUSTOMS_NEXT, title))


@pytest.mark.parametrize(("one", "other"), list(combinations(STORIES, 2)))
def test_different_stories_are_different(one, other):
    assert not alike(mark(one, "Новости дня и ночи"), mark(other, "Новости дня и ночи"))


@pytest.mark.parametrize("own", [60, 110, 300])
def test_a_paragraph_of_background_in_common_does_not_make_one_story(own):
    """Agencies append the same 40 words to every piece on a subject, under headlines that name it."""
    marks = [
        mark(f"{invented(seed, own)} {BACKGROUND}", f"Союзный договор: {invented(-seed, 3)}") for seed in range(1, 9)
    ]
    assert not any(same_story(*pair) for pair in combinations(marks, 2))


def test_pieces_written_to_one_formula_are_different_stories():
    """Only names and subjects differ, a third of the words; the rest is the same phrase for phrase."""
    formula = (
        "Министр иностранных дел провёл {} переговоры с делегацией {} в кулуарах конференции по безопасности. Стороны "
        "обсудили {}, подтвердили взаимную заинтересованность в расширении сотрудничества и условились продолжить "
        "контакты. Особое внимание было уделено вопросу о том, как {}. По итогам встречи состоялся обмен мнениями о {}"
    )
    made = [formula.format(*(invented(f"{seed} {part}", 6) for part in range(5))) for seed in range(6)]
    marks = [mark(f"{text}. {invented(f'{seed} end', 30)}", "") for seed, text in enumerate(made)]
    assert not any(same_story(*pair) for pair in combinations(marks, 2))


RATES = (
    "Официальный курс на {} июня: доллар {}, евро {}, сто рублей {}. Торги на бирже завершились ростом основных валют, "
    "объём сделок составил {} миллионов. Следующие торги пройдут завтра утром."
)
CASUALTIES = (
    "За прошедшие сутки, {} мая, в области произошло {} аварий, сообщила дорожная полиция. Пострадали {} человек."
)


def test_one_template_with_other_figures_is_another_story():
    chance = random.Random(4)
    rates = [
        RATES.format(day, *(f"{chance.uniform(3, 4):.4f}" for _ in range(3)), chance.randint(10, 90))
        for day in range(1, 20)
    ]
    losses = [CASUALTIES.format(day, chance.randint(20, 90), chance.randint(91, 400)) for day in range(1, 20)]
    for texts in (rates, losses):
        marks = [mark(text, "Сводка за день") for text in texts]
        assert not any(same_story(*pair) for pair in combinations(marks, 2))


def test_a_correction_of_one_figure_is_the_same_story():
    told = CUSTOMS + " Через мост проходят {} машин в сутки, из них {} грузовых; в {} году было {}."
    assert alike(mark(told.format(1200, 340, 2021, 980), "Пост"), mark(told.format(1200, 430, 2021, 980), "Пост"))


def test_a_long_text_that_holds_another_is_another_story():
    """A digest, or a column that answers: what it adds would be swallowed."""
    digest = f"{HARBOUR} {CUSTOMS} {CUSTOMS_NEXT}"
    assert not same_story(mark(digest, "Обзор недели: главное"), mark(HARBOUR, "Шторм в одеському порту"))


def test_headlines_alone_do_not_make_one_story_unless_they_are_the_same():
    same = "Путин и Лукашенко утвердили программу интеграции"
    assert alike(mark("", same), mark("", f"«{same}»"))
    for other in (
        "Путин и Лукашенко утвердили новую программу интеграции",
        "Путин и Лукашенко обсудили программу интеграции",
        "Лукашенко и Путин утвердили программу интеграции",
    ):
        assert not alike(mark("", same), mark("", other))
    assert not alike(mark("", "Курс валют на сегодня"), mark("", "Курс валют на сегодня")), "too short to tell"
    assert not alike(mark(CUSTOMS, same), mark(EXHIBITION, same)), "the texts say otherwise"


def test_a_dateline_or_a_byline_is_no_text():
    line = "МИНСК, 9 декабря. Президент Белоруссии Александр Лукашенко"
    assert not alike(mark(line, "Лукашенко продлил безвизовый режим"), mark(line, "Минск заручился поддержкой Москвы"))
    assert alike(
        mark(line, "Лукашенко продлил безвизовый режим для соседей"),
        mark(line, "Лукашенко продлил безвизовый режим для соседей"),
    )


@pytest.mark.parametrize("text", ["", "?!", "🙂", "а б в", "1 2 3"])
def test_a_text_without_words_is_like_nothing(text):
    assert not same_story(mark(text, text), mark(text, text))


def test_a_fingerprint_is_small_and_comes_back_from_json():
    long = mark(invented(1, 30_000), invented(2, 40))
    stored = long.model_dump_json()
    assert len(stored) <= 550
    assert Fingerprint.model_validate_json(stored) == long
    assert len(long.words) == WORDS
    assert long.indexed == long.words[:INDEXED]


def test_a_fingerprint_of_another_version_is_like_nothing():
    old = Fingerprint.model_validate_json(json.dumps({"hashes": ["00ab"], "figures": ""}))
    assert not same_story(old, old)

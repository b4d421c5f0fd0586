"""Words of the closed classes: pronouns, prepositions, conjunctions, particles, and the adverbs made of them.

A rule may make one of them out of a noun (Ukrainian вода, від; English IT, its), or a noun may share a form with one
(Russian том, тому). They stand in nearly every sentence, so a term hits them only where it is spelled like them.
"""

from __future__ import annotations

from monitor.matching.fold import fold
from monitor.matching.morphology.stems import words

_ENGLISH = words("""
a about above across after against all along also although am among an and any around as at because before behind
below beneath beside between beyond both but by down during each either else ever every for from hence her here hers
him his how however i if in inside into it its just me mine my neither never nor not now of off on only or other our
ours out outside over own per rather same she he so some such than that the their theirs them then there these they
this those though through thus till to too toward towards under until up upon us very via we what when where whether
which while who whom whose why with within without yet you your yours
""")
_RUSSIAN = words("""
а без бы в вам вами вас во вот все всё всего всей всем всеми всех всю вся вы где да даже для до его ее ей ему если еще
ж же за зачем здесь и из или им ими их к как ко когда кого кому который кто куда либо лишь между меня мне мной мною
мой моя мое мои мы на над нам нами нас наш не него нее ней нем нему нет ни нибудь ним ними них но ну о об обо около он
она они оно от ото очень по под после потом потому почему при про с сам сама само сами свой своя свое свои себе себя
со собой так также такой там тебе тебя тем теми тех то тобой тогда того тоже той только том тому тот ту тут ты у уж
уже хотя чего чей чем чему через что чтоб чтобы чье чья чьи эта эти этим этими этих это этого этой этом этому этот эту
я
""")
_BELARUSIAN = words("""
а аб або аднак але альбо амаль ад адкуль бо бы б быццам вам вамі вас ваш вось вы ва гэта гэтага гэтай гэтаму гэты
гэтыя гэтых да дзе дзеля для ды ёй ён яна яно яны яго яе яму іх ім імі ёю ж жа з за замест зараз і ізноў калі каля каб
каго каму кім які якая якое якія куды ледзь між мне мной мяне мы мой на над нам намі нас наш не неяк ні ніяк нібы но
ну ой па пад падчас паміж пасля перад праз пра пры са сам сама само самі свой свая сваё свае сябе сабе сабой так такі
такая такое такія таксама там таму тая тады та тое той тых тым тымі тут ты табе табой цябе толькі у ува ужо усе усё
усяго усім усіх уся усю хто хоць ці цераз чаго чаму чым чый што як яшчэ я
""")
_UKRAINIAN = words("""
а або адже але б без би біля бо в вам вами вас ваш весь від во вона вони воно він втім все всього всьому всі всіх всім
всіма вся всю ви вже де для до дуже ж же з за задля замість зі зо й його йому ним ньому нього її їй їм їх їхній ними
них нею неї і із кого кому ким коли крім куди ледве лиш лише мені мене мною ми між мій моя моє мої на навіть над нам
нами нас наш не немов ні ніби но ну о об окрім от отже оце перед під після по поза поки понад про при проте проти сам
сама само самі свій своя своє свої себе собі собою скрізь та так також такий там те ти тим тими тих тобі тобою тебе то
тобто того тоді той тому тут у увесь усе усі усіх усім уже утім хоч хоча хто це цей ця ці цього цьому цим цими цих цю
цієї через чи чий чого чому чим що щоб щодо як яка який яке які якби якщо я
""")

FUNCTION_WORDS = {
    language: frozenset(map(fold, listed))
    for language, listed in (("en", _ENGLISH), ("ru", _RUSSIAN), ("be", _BELARUSIAN), ("uk", _UKRAINIAN))
}

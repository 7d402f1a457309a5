"""The words and pictures by which pages and files name an event's fields."""

import re
import unicodedata
from functools import lru_cache

_LABELS_OF = {
    "title": "topic, title, event, talk, name, subject, theme, session, what, presentation, headline; titel, thema, "
    "vortrag; titre, sujet; título, tema, charla; titolo, argomento; onderwerp; タイトル, テーマ; 标题, 主题; "
    "тема, название, доклад; temat, tytuł",
    "series": "series, track, category, programme series; reihe",
    "date": "date, day; datum; jour; fecha, día; data; 日付, 日程; 日期; дата",
    "when": "when, time, times, date and time, time and date, start time, starts; wann, zeit, uhrzeit; quand, heure, "
    "horaire; cuándo, hora, horario; ora, orario; tijd; 時間, 日時; 时间; "
    "время, когда; godzina, kiedy",
    "location": "where, location, place, venue, room, address, city, town; wo, ort, "
    "veranstaltungsort, raum, saal, treffpunkt; lieu, salle; lugar, sala; luogo; local; plaats, locatie; "
    "場所, 会場; 地点, 地址; "
    "место, где, адрес; miejsce, gdzie",
    "url": "register, registration, rsvp, sign up, signup, sign-up, tickets, join, link, meeting link, website, url, "
    "details, info, more info, more information, event page; anmeldung; inscription, lien; inscripción, registro, "
    "enlace; iscrizione; inscrição; aanmelden; 申込, 参加申込; 报名; "
    "регистрация; rejestracja",
    "people": "speaker, speakers, speaker(s), guest, guests, guest(s), presenter, presenters, presenter(s), host, "
    "hosts, panel, panelists, panellists, people, person, who, participants, by, with, lead, leader, facilitator, "
    "facilitators, author, authors; mit, von; avec, par; con, por, com; met; "
    "referent, referentin, referenten, referentinnen, vortragende, gast, gäste; "
    "intervenant, intervenante, intervenants, orateur, oratrice, invité, invitée, invités; ponente, ponentes, orador, "
    "oradora, invitado, invitada, invitados; relatore, relatrice, relatori; palestrante, palestrantes; spreker, "
    "sprekers; 発表者, 登壇者, 講師; 讲者, 嘉宾, 演讲者; "
    "докладчик, докладчики, докладчица, спикер, спикеры, лектор, ведущий; prelegent, prelegentka, prelegenci",
    "affiliation": "affiliation, affiliations, organisation, organization, company, institution, institute, "
    "university, employer, team; organisme; institución; 所属; 单位; "
    "организация",
    "description": "description, abstract, summary, about, notes, comments, comment; beschreibung, zusammenfassung; "
    "résumé; descripción, resumen; descrizione; descrição, resumo; beschrijving; 概要, 内容; 简介, 摘要; "
    "описание, аннотация; opis",
    "agenda": "agenda, schedule, programme, program, outline, topics; programm, ablauf, tagesordnung; ordre du jour; "
    "programa, orden del día; programma; アジェンダ, プログラム; 议程, 日程安排; "
    "программа",
    "links": "links, resources, materials, material, slides, slide, slide deck, deck, pdf, handout, handouts, "
    "references, further reading, read more, more; folien, unterlagen, materialien; diapositives, supports, liens; "
    "diapositivas, enlaces, materiales; materiali; materiais; スライド, 資料, 発表資料; 幻灯片, 资料; "
    "слайды, материалы; slajdy, materiały",
    "recording": "recording, recordings, video, videos, watch, replay; aufzeichnung, aufnahme, mitschnitt; "
    "enregistrement, vidéo; grabación, vídeo; registrazione; gravação; opname; 録画, 動画; 录像, 视频, 回放; "
    "запись, видео; nagranie",
    "status": "status, state",
    "tags": "tags, tag, keywords, keyword; schlagwörter, schlagworte, stichwörter; mots-clés; etiquetas; タグ; 标签",
}
_FIELD_OF = {label: field for field, labels in _LABELS_OF.items() for label in re.split("[,;] ", labels)}
EMOJI = r"(?:(?:[\u2300-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff][\ufe0f\u200d]?){1,4}|:[a-z0-9_+-]{2,30}:)"
"""A picture character, or its name in colons as GitHub takes it."""
_PICTURED = {
    "microphone|silhouette|speaking": "people",
    "pushpin|house|building": "location",
    "clock": "when",
    "calendar|^date$": "date",
    "bulb|megaphone": "title",
    "camera|television|film|clapper": "recording",
    "page|paperclip|bar chart|computer": "links",
    "link|ticket": "url",
}


def field_of(label: str) -> str | None:
    """Return the field that a page means by a label, or None.

    `affiliation` is that of the people; it is not a field of the event itself.
    """
    words = " ".join(label.casefold().split())
    return _FIELD_OF.get(words.rstrip(":\uff1a")) or (None if words[:1].isalpha() else _pictured(words))


def words_abroad(field: str) -> list[str]:
    """Return the words that other languages than English have for a field."""
    _, *others = _LABELS_OF.get(field, "").split("; ")
    return [word for words in others for word in words.split(", ")]


@lru_cache(maxsize=512)
def _pictured(picture: str) -> str | None:
    """Return the field that is meant by a picture, which has about the same name in Unicode and on GitHub."""
    if not re.fullmatch(EMOJI, picture):
        return None
    name = picture.strip(":").replace("_", " ") if picture.startswith(":") else unicodedata.name(picture[0], "").lower()
    return next((field for names, field in _PICTURED.items() if re.search(names, name)), None)

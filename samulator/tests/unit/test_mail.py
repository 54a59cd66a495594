"""What is sent by SES on this machine can be read, whoever sent it."""

from datetime import UTC, datetime

from moto.ses.models import BulkTemplateMessage, Message, RawMessage

from samulator.servers.aws.mail import MailLog, words_of

TIME = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_a_mail_is_from_somebody_to_others_with_its_text():
    to = {"ToAddresses": ["ada@example.org"], "CcAddresses": ["bob@example.org"]}

    assert words_of(Message("1", "shop@example.org", "Thanks", "Dear Ada,\nsee you", to), TIME) == (
        "2026-01-02T03:04:05Z  from shop@example.org to ada@example.org, bob@example.org: Thanks\n"
        "  Dear Ada,\n"
        "  see you\n"
    )


def test_a_mail_in_its_own_words_is_shown_as_it_is():
    raw = RawMessage("1", "shop@example.org", ["ada@example.org"], "Subject: Hi\n\nyou")

    assert words_of(raw, TIME).splitlines()[1:] == ["  Subject: Hi", "  ", "  you"]


def test_a_template_is_named_with_its_data():
    to = [{"Destination": {"ToAddresses": ["ada@example.org"]}}]
    bulk = BulkTemplateMessage(["1"], "shop@example.org", "welcome", '{"name": "Ada"}', to)

    assert words_of(bulk, TIME).splitlines() == [
        "2026-01-02T03:04:05Z  from shop@example.org to ada@example.org: welcome",
        '  {"name": "Ada"}',
    ]


def test_mails_follow_each_other_in_one_file(tmp_path):
    box = MailLog(tmp_path / "ses.log")
    for subject in ("One", "Two"):
        box.add(Message("1", "a@example.org", subject, "", {"ToAddresses": ["b@example.org"]}))

    lines = (tmp_path / "ses.log").read_text().splitlines()
    assert [line.rpartition(" ")[2] for line in lines] == ["One", "Two"]

"""The endpoint through HTTP: keys, paths, answers, addresses of pictures and their end."""

from __future__ import annotations

import asyncio
import base64
import io
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from PIL import Image

from images_app.demo.artist import recipe
from images_app.demo.contract import MAX_BODY
from images_app.demo.settings import Settings

from .parts import KEY, bench, running


def code(reply: httpx.Response) -> tuple[int, str | None]:
    error = reply.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["message"]
    return reply.status_code, error["code"]


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer wrong-key-of-some-length", f"Basic {KEY}"])
def test_no_answer_without_the_key(header: str | None) -> None:
    async def work() -> None:
        async with bench() as b:
            headers = {} if header is None else {"Authorization": header}
            async with httpx.AsyncClient(
                transport=b.client._transport, base_url="http://demo.test"
            ) as stranger:
                for reply in (
                    await stranger.get("/v1/models", headers=headers),
                    await stranger.post("/v1/images/generations", headers=headers, json={}),
                ):
                    assert code(reply) == (401, "invalid_api_key")
                    assert "wrong-key-of-some-length" not in reply.text

    running(work())


def test_without_a_configured_key_any_key_is_good() -> None:
    async def work() -> None:
        async with bench(api_key=None) as b:
            assert (
                await b.client.get("/v1/models", headers={"Authorization": "Bearer x"})
            ).status_code == 200

    running(work())


def test_models_are_listed() -> None:
    async def work() -> None:
        async with bench() as b:
            listed = (await b.client.get("/v1/models")).json()
            assert [row["id"] for row in listed["data"]] == ["dall-e-3", "gpt-image-1"]
            assert (await b.client.get("/v1/models/dall-e-3")).json()["object"] == "model"
            assert code(await b.client.get("/v1/models/none")) == (404, "model_not_found")

    running(work())


@pytest.mark.parametrize(
    ("method", "path", "answer"),
    [
        ("GET", "/v1/images/generations", (405, "method_not_supported")),
        ("POST", "/v1/models", (405, "method_not_supported")),
        ("POST", "/files/x.png", (405, "method_not_supported")),
        ("POST", "/v1/images/edits", (404, "unknown_url")),
        ("GET", "/", (404, "unknown_url")),
    ],
)
def test_a_wrong_method_or_path_is_answered_in_json(method: str, path: str, answer: tuple[int, str]) -> None:
    async def work() -> None:
        async with bench() as b:
            reply = await b.client.request(method, path)
            assert code(reply) == answer
            assert ("allow" in reply.headers) == (answer[0] == 405)

    running(work())


def test_a_body_that_is_too_large() -> None:
    async def work() -> None:
        async with bench() as b:
            reply = await b.client.post("/v1/images/generations", content=b"x" * (MAX_BODY + 1))
            assert code(reply) == (413, "request_too_large")

    running(work())


def test_a_url_leads_to_the_picture_and_the_prompt_that_was_used() -> None:
    async def work() -> None:
        async with bench() as b:
            answer = (await b.ask("Paper hills, early light", size="1792x1024")).json()
            (item,) = answer["data"]
            assert answer["created"] == int(b.now)
            assert set(item) == {"url", "revised_prompt"}
            assert "early light" in item["revised_prompt"]
            assert item["url"].startswith("http://demo.test/files/")
            assert len(item["url"]) < 500
            picture = await b.client.get(item["url"])
            assert picture.headers["content-type"] == "image/png"
            image = Image.open(io.BytesIO(picture.content))
            assert (image.format, image.size) == ("PNG", (1792, 1024))
            assert (await b.client.get("/healthz")).json() == {"status": "ok", "pictures_made": 1}

    running(work())


def test_base64_holds_the_same_bytes_as_the_url() -> None:
    async def work() -> None:
        async with bench() as b:
            by_url, inline = await asyncio.gather(b.ask(), b.ask(response_format="b64_json"))
            picture = await b.client.get(by_url.json()["data"][0]["url"])
            assert base64.b64decode(inline.json()["data"][0]["b64_json"]) == picture.content

    running(work())


def test_gpt_image_answers_base64_with_usage_and_no_revised_prompt() -> None:
    async def work() -> None:
        async with bench() as b:
            fields = {
                "model": "gpt-image-1",
                "n": 2,
                "quality": "low",
                "output_format": "webp",
                "background": "transparent",
            }
            answer = (await b.ask("Bauhaus poster", **fields)).json()
            first, second = (base64.b64decode(item["b64_json"]) for item in answer["data"])
            assert [set(item) for item in answer["data"]] == [{"b64_json"}, {"b64_json"}]
            assert first != second
            image = Image.open(io.BytesIO(first))
            assert (image.format, image.mode, image.size) == ("WEBP", "RGBA", (1024, 1024))
            usage = answer["usage"]
            assert usage["output_tokens"] == 2 * 272
            assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]

    running(work())


def test_an_address_ends_after_an_hour() -> None:
    async def work() -> None:
        async with bench() as b:
            url = (await b.ask()).json()["data"][0]["url"]
            b.now += 3599
            assert (await b.client.get(url)).status_code == 200
            b.now += 1
            gone = await b.client.get(url)
            assert (gone.status_code, gone.headers["content-type"]) == (403, "application/xml")
            assert b"<Code>ExpiredToken</Code>" in gone.content

    running(work())


def test_a_changed_address_is_refused() -> None:
    async def work() -> None:
        async with bench() as b:
            url = (await b.ask()).json()["data"][0]["url"]
            stem = url.removesuffix(".png")
            middle = len(stem) - 20
            flipped = stem[:middle] + ("A" if stem[middle] != "A" else "B") + stem[middle + 1 :]
            for wrong in (
                flipped + ".png",
                stem + ".webp",
                stem[:-4] + ".png",
                "/files/.png",
                "/files/%C3%A9.png",
            ):
                assert b"SignatureDoesNotMatch" in (await b.client.get(wrong)).content, wrong

    running(work())


def test_an_address_survives_a_restart(tmp_path: Path) -> None:
    async def work() -> None:
        async with bench(data_dir=tmp_path) as before:
            url = (await before.ask()).json()["data"][0]["url"]
            picture = (await before.client.get(url)).content
        for file in (tmp_path / "demo-pictures").iterdir():
            file.unlink()
        async with bench(data_dir=tmp_path) as after:
            assert (await after.client.get(url)).content == picture
        async with bench() as other:
            assert (await other.client.get(url)).status_code == 403

    running(work())


def test_the_public_address_is_used_when_it_is_set() -> None:
    async def work() -> None:
        async with bench(public_url="https://pictures.example") as b:
            url = (await b.ask()).json()["data"][0]["url"]
            assert urlsplit(url).netloc == "pictures.example"

    running(work())


def test_a_caller_who_leaves_is_still_counted() -> None:
    async def work() -> None:
        async with bench() as b:
            gate = asyncio.Event()

            async def wait(_: float) -> None:
                await gate.wait()

            b.demo.sleep = wait
            call = asyncio.create_task(b.ask())
            while not b.demo.running:
                await asyncio.sleep(0.01)
            call.cancel()
            (work_left,) = b.demo.running
            gate.set()
            await work_left
            assert b.demo.made == 1

    running(work())


def test_the_event_loop_stays_free_while_a_picture_is_drawn(tmp_path: Path) -> None:
    async def work() -> None:
        async with bench(data_dir=tmp_path) as b:
            drawing = asyncio.create_task(b.demo.pictures.get(recipe("City at night", 768, 768)))
            turns = 0
            while not drawing.done():
                await asyncio.sleep(0.005)
                turns += 1
            assert turns > 5

    running(work())


def test_hd_takes_longer() -> None:
    async def work() -> None:
        async with bench(delay=(4, 9)) as b:
            await b.ask("[demo:empty]")
            await b.ask("[demo:empty]", quality="hd")
            plain, fine = b.slept
            assert 4 <= plain <= 9
            assert fine == pytest.approx(plain * 1.5)

    running(work())


def test_the_same_prompt_varies_by_position_alone() -> None:
    async def work() -> None:
        async with bench() as b:
            pictures = []
            for position in ("0", "1", "1", "much"):
                b.client.headers["X-Easel-Position"] = position
                answer = (await b.ask("Poster", response_format="b64_json")).json()
                pictures.append(answer["data"][0]["b64_json"])
            first, second, second_again, nonsense = pictures
            assert first == nonsense != second == second_again

    running(work())


def test_settings_come_from_the_environment(tmp_path: Path) -> None:
    settings = Settings.from_environment(
        {
            "DEMO_API_KEY": "k",
            "DEMO_DELAY": "1,2.5",
            "DEMO_PUBLIC_URL": "http://x/",
            "DEMO_DATA_DIR": str(tmp_path),
        }
    )
    assert settings == Settings("k", (1, 2.5), "http://x", tmp_path)
    assert Settings.from_environment({}) == Settings()


@pytest.mark.parametrize(
    "environment", [{"DEMO_DELAY": "soon"}, {"DEMO_DELAY": "9,4"}, {"DEMO_WORKERS": "0"}]
)
def test_a_setting_that_cannot_be_read_is_named(environment: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=next(iter(environment))):
        Settings.from_environment(environment)

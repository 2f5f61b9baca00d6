"""The location of a shared store: the file system behind a URL, with a bound on how long each request takes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from pyarrow import fs

_OPTIONS = ("endpoint_override", "region", "scheme")


def opened(url: str, request_seconds: float) -> tuple[Any, str]:
    """The file system of `url`, and the path in it; raises ValueError, OSError or ArrowException.

    `s3://bucket/prefix` and `gs://bucket/prefix` take the options `endpoint_override`, `region` and `scheme`;
    credentials come from where the provider's own tools look for them, or stand before an `@`.
    """
    parts = urlsplit(url)
    bucket = parts.netloc.rpartition("@")[2]
    match parts.scheme:
        case "s3" if bucket:
            return _s3(parts, bucket, request_seconds), f"{bucket}{parts.path}".rstrip("/")
        case "gs" if bucket:
            return _gs(parts, request_seconds), f"{bucket}{parts.path}".rstrip("/")
        case "file" if not bucket and parts.path:
            return fs.LocalFileSystem(), unquote(parts.path).rstrip("/")
        case _:
            raise ValueError(
                f"expected s3://bucket/prefix, gs://bucket/prefix or file:///folder, got {parts.scheme or 'no scheme'}"
            )


def _s3(parts: SplitResult, bucket: str, request_seconds: float) -> Any:
    options = _options(parts)
    if not {"region", "endpoint_override"} & set(options):
        options["region"] = fs.resolve_s3_region(bucket)
    return fs.S3FileSystem(
        access_key=unquote(parts.username) if parts.username else None,
        secret_key=unquote(parts.password) if parts.password else None,
        connect_timeout=request_seconds,
        request_timeout=request_seconds,
        # A small file is one request then, not three.
        allow_delayed_open=True,
        # The store counts the attempts itself, for every kind of file system alike.
        retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=1),
        **options,
    )


def _gs(parts: SplitResult, request_seconds: float) -> Any:
    options = _options(parts)
    options.pop("region", None)
    limit = timedelta(seconds=request_seconds)
    return fs.GcsFileSystem(anonymous=parts.username == "anonymous", retry_time_limit=limit, **options)


def _options(parts: SplitResult) -> dict[str, str]:
    options = dict(parse_qsl(parts.query))
    unknown = sorted(set(options) - set(_OPTIONS))
    if unknown:
        raise ValueError(f"expected the options {', '.join(_OPTIONS)}, got {', '.join(unknown)}")
    scheme, found, endpoint = options.get("endpoint_override", "").rpartition("://")
    return options | {"scheme": scheme, "endpoint_override": endpoint} if found else options

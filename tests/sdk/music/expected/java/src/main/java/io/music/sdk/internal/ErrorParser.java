package io.music.sdk.internal;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RequestInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.Status.Code;
import io.music.sdk.CallCancelledException;
import io.music.sdk.DeadlineExceededException;
import io.music.sdk.Failure;
import io.music.sdk.FieldViolation;
import io.music.sdk.MusicException;
import io.music.sdk.errors.ErrorReasons;
import io.music.sdk.transport.TransportException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Makes typed errors of what the wire says. */
public final class ErrorParser {
  private static final String REQUEST_ID = "x-request-id";
  private static final String RETRY_AFTER = "retry-after";

  private ErrorParser() {}

  /** The error of a failed attempt. */
  static MusicException parse(TransportException error, String sentRequestId) {
    Failure failure = details(parseStatus(error.status()));
    failure.code = error.code();
    failure.message = error.getMessage();
    failure.cause = error.getCause();
    String fromHeader = error.headers().getOrDefault(REQUEST_ID, "");
    if (!fromHeader.isEmpty()) {
      failure.requestId = fromHeader;
    } else if (failure.requestId.isEmpty()) {
      failure.requestId = sentRequestId;
    }
    if (failure.retryDelay == null) {
      failure.retryDelay = retryAfter(error.headers());
    }
    return typed(failure);
  }

  /** The error in a reply that answers for each entry. */
  public static MusicException parse(Status status, String requestId) {
    Failure failure = details(status);
    failure.code = io.grpc.Status.fromCodeValue(status.getCode()).getCode();
    failure.message = status.getMessage();
    if (failure.requestId.isEmpty()) {
      failure.requestId = requestId;
    }
    return typed(failure);
  }

  /** An error that arose on this side. */
  public static MusicException local(
      Code code, String message, String requestId, Throwable cause) {
    Failure failure = new Failure();
    failure.code = code;
    failure.message = message;
    failure.requestId = requestId;
    failure.cause = cause;
    return typed(failure);
  }

  private static MusicException typed(Failure failure) {
    if (failure.reason.isEmpty()) {
      if (failure.code == Code.DEADLINE_EXCEEDED) {
        return new DeadlineExceededException(failure);
      }
      if (failure.code == Code.CANCELLED) {
        return new CallCancelledException(failure);
      }
    }
    return ErrorReasons.create(failure);
  }

  private static Status parseStatus(ByteString status) {
    try {
      return Status.parseFrom(status);
    } catch (InvalidProtocolBufferException unreadable) {
      return Status.getDefaultInstance(); // The code alone still tells what to do.
    }
  }

  private static Failure details(Status status) {
    Failure failure = new Failure();
    List<Any> details = status.getDetailsList();
    failure.details = details;
    unpack(details, ErrorInfo.getDefaultInstance())
        .ifPresent(
            info -> {
              failure.reason = info.getReason();
              failure.metadata = info.getMetadataMap();
            });
    unpack(details, BadRequest.getDefaultInstance())
        .ifPresent(bad -> failure.fieldViolations = violations(bad));
    unpack(details, RequestInfo.getDefaultInstance())
        .ifPresent(info -> failure.requestId = info.getRequestId());
    unpack(details, RetryInfo.getDefaultInstance())
        .ifPresent(info -> failure.retryDelay = duration(info.getRetryDelay()));
    return failure;
  }

  private static List<FieldViolation> violations(BadRequest bad) {
    return bad.getFieldViolationsList().stream()
        .map(each -> new FieldViolation(each.getField(), each.getDescription()))
        .collect(Collectors.toUnmodifiableList());
  }

  private static Duration duration(com.google.protobuf.Duration duration) {
    return Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
  }

  /** The first detail of a type; one that can't be read counts as absent. */
  private static <M extends Message> Optional<M> unpack(List<Any> details, M type) {
    String suffix = "/" + type.getDescriptorForType().getFullName();
    for (Any detail : details) {
      if (detail.getTypeUrl().endsWith(suffix)) {
        try {
          @SuppressWarnings("unchecked")
          M found = (M) type.getParserForType().parseFrom(detail.getValue());
          return Optional.of(found);
        } catch (InvalidProtocolBufferException unreadable) {
          return Optional.empty();
        }
      }
    }
    return Optional.empty();
  }

  private static Duration retryAfter(Map<String, String> headers) {
    String value = headers.getOrDefault(RETRY_AFTER, "");
    // Only the form in seconds: a date would need the server's clock.
    return value.matches("\\d{1,9}") ? Duration.ofSeconds(Long.parseLong(value)) : null;
  }
}

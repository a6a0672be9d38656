package io.music.sdk.internal;

import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import io.music.sdk.MusicException;

/** Observers of streaming calls that get typed errors. */
public final class Streams {
  private Streams() {}

  /** An observer whose {@code onError} gets this package's exceptions. */
  public static <Q, R> StreamObserver<R> typed(StreamObserver<R> observer) {
    return new ClientResponseObserver<Q, R>() {
      @Override
      @SuppressWarnings("unchecked")
      public void beforeStart(ClientCallStreamObserver<Q> requests) {
        if (observer instanceof ClientResponseObserver) {
          ((ClientResponseObserver<Q, R>) observer).beforeStart(requests);
        }
      }

      @Override
      public void onNext(R reply) {
        observer.onNext(reply);
      }

      @Override
      public void onError(Throwable error) {
        boolean isTyped = error.getCause() instanceof MusicException;
        observer.onError(isTyped ? error.getCause() : error);
      }

      @Override
      public void onCompleted() {
        observer.onCompleted();
      }
    };
  }
}

import { Channel } from "./core/channel.js";
import type { ClientOptions } from "./core/options.js";
import { AlbumsClient } from "./services/albums.js";
import { PlaysClient } from "./services/plays.js";
import { RadiosClient } from "./services/radios.js";
import type { SlateTracker } from "./services/plays.js";

/**
 * All services of Music over one channel: they share credentials, retries and kept replies.
 *
 * An application that needs few of them makes those on a {@link Channel} of its own, and bundles
 * only these.
 */
export class Client {
  readonly channel: Channel;
  readonly albums: AlbumsClient;
  readonly plays: PlaysClient;
  readonly radios: RadiosClient;

  constructor(options: ClientOptions) {
    this.channel = new Channel(options);
    this.albums = new AlbumsClient(this.channel);
    this.plays = new PlaysClient(this.channel);
    this.radios = new RadiosClient(this.channel);
  }

  /** As `plays.impressions`. */
  impressions(...slate: Parameters<PlaysClient["impressions"]>): SlateTracker {
    return this.plays.impressions(...slate);
  }

  /** Send the events that wait, and let go of what the client holds. */
  async close(): Promise<void> {
    await this.plays.queue.close();
    this.channel.clearCache();
  }
}

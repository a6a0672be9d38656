import { Channel } from "./core/channel.js";
import type { ClientOptions } from "./core/options.js";
import { CatalogClient } from "./services/catalog.js";
import { EventsClient } from "./services/events.js";
import { RecommendationsClient } from "./services/recommendations.js";
import { UsersClient } from "./services/users.js";
import type { SlateTracker } from "./services/events.js";

/**
 * All services of Shortlist over one channel: they share credentials, retries and kept replies.
 *
 * An application that needs few of them makes those on a {@link Channel} of its own, and bundles
 * only these.
 */
export class Client {
  readonly channel: Channel;
  readonly catalog: CatalogClient;
  readonly events: EventsClient;
  readonly recommendations: RecommendationsClient;
  readonly users: UsersClient;

  constructor(options: ClientOptions) {
    this.channel = new Channel(options);
    this.catalog = new CatalogClient(this.channel);
    this.events = new EventsClient(this.channel);
    this.recommendations = new RecommendationsClient(this.channel);
    this.users = new UsersClient(this.channel);
  }

  /** As `events.impressions`. */
  impressions(...slate: Parameters<EventsClient["impressions"]>): SlateTracker {
    return this.events.impressions(...slate);
  }

  /** Send the events that wait, and let go of what the client holds. */
  async close(): Promise<void> {
    await this.events.queue.close();
    this.channel.clearCache();
  }
}

namespace IceSharp.Internal.Routing;

/// <summary>The route in force with the count of its pair: read by senders in one step, so that no datagram is counted for another pair.</summary>
internal sealed record ActiveRoute(PublishedRoute Published, SentTraffic Sent);

using Microsoft.Extensions.Logging;

namespace IceSharp.Internal.Diagnostics;

/// <summary>Every line the shell logs, with its stable ID. Addresses and ufrags at Debug and below; secrets never.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Debug, "Agent {Agent} starts on its loop with {Streams} streams and {Servers} servers.")]
    public static partial void AgentStarted(ILogger logger, string agent, int streams, int servers);

    [LoggerMessage(2, LogLevel.Debug, "Agent {Agent} is closing.")]
    public static partial void AgentClosing(ILogger logger, string agent);

    [LoggerMessage(3, LogLevel.Debug, "Agent {Agent} is closed.")]
    public static partial void AgentClosed(ILogger logger, string agent);

    [LoggerMessage(4, LogLevel.Error, "Agent {Agent} failed by a fault of the library and is closed; others are not affected.")]
    public static partial void AgentFaulted(ILogger logger, string agent, Exception exception);

    [LoggerMessage(5, LogLevel.Warning, "Agent {Agent} could not be closed in time by its loop: a receiver callback may be blocking it. Its sockets are closed now.")]
    public static partial void AgentCloseOverdue(ILogger logger, string agent);

    [LoggerMessage(10, LogLevel.Information, "Agent {Agent} went from {Previous} to {State}: {Reason}")]
    public static partial void StateChanged(ILogger logger, string agent, IceConnectionState previous, IceConnectionState state, string reason);

    [LoggerMessage(11, LogLevel.Debug, "Agent {Agent} gathering: {State}.")]
    public static partial void GatheringChanged(ILogger logger, string agent, IceGatheringState state);

    [LoggerMessage(12, LogLevel.Information, "Agent {Agent} is {Role}: {Reason}")]
    public static partial void RoleChanged(ILogger logger, string agent, IceRole role, string reason);

    [LoggerMessage(13, LogLevel.Debug, "Agent {Agent} found local candidate {Type} {Address} for stream {Stream} component {Component}.")]
    public static partial void CandidateFound(ILogger logger, string agent, IceCandidateType type, Protocol.TransportAddress address, int stream, int component);

    [LoggerMessage(14, LogLevel.Debug, "Agent {Agent} does not use remote candidate {Address} of stream {Stream}: {Reason}")]
    public static partial void CandidateIgnored(ILogger logger, string agent, Protocol.TransportAddress address, int stream, string reason);

    [LoggerMessage(15, LogLevel.Debug, "Agent {Agent} stream {Stream} pair {Pair}, before {Previous}: {Reason}")]
    public static partial void PairChanged(ILogger logger, string agent, int stream, IceCandidatePairInfo pair, IceCandidatePairState previous, string reason);

    [LoggerMessage(16, LogLevel.Debug, "Agent {Agent} stream {Stream} component {Component} nominated {Pair}.")]
    public static partial void PairNominated(ILogger logger, string agent, int stream, int component, IceCandidatePairInfo pair);

    [LoggerMessage(17, LogLevel.Debug, "Agent {Agent} stream {Stream} component {Component} sends over {Pair}: {Reason}.")]
    public static partial void RouteChanged(ILogger logger, string agent, int stream, int component, IceCandidatePairInfo? pair, string reason);

    [LoggerMessage(18, LogLevel.Information, "Agent {Agent} stream {Stream} has failed: {Reason}")]
    public static partial void StreamFailed(ILogger logger, string agent, int stream, string reason);

    [LoggerMessage(26, LogLevel.Information, "Agent {Agent} sees its network change: {Added} local addresses have come, {Removed} are gone.")]
    public static partial void LocalAddressesChanged(ILogger logger, string agent, int added, int removed);

    [LoggerMessage(27, LogLevel.Debug, "Agent {Agent} lost local candidate {Type} {Address} of stream {Stream}.")]
    public static partial void CandidateLost(ILogger logger, string agent, IceCandidateType type, Protocol.TransportAddress address, int stream);

    [LoggerMessage(19, LogLevel.Information, "Agent {Agent} stream {Stream} component {Component} has lost the peer's consent ({Loss}), {Seconds} s after the last response.")]
    public static partial void ConsentLost(ILogger logger, string agent, int stream, int component, IceConsentLoss loss, double seconds);

    [LoggerMessage(32, LogLevel.Information, "Agent {Agent} stream {Stream} is not used any more ({Why}): {Reason}")]
    public static partial void StreamEnded(ILogger logger, string agent, int stream, IceStreamEnd why, string reason);

    [LoggerMessage(33, LogLevel.Debug, "Agent {Agent} stream {Stream} has RTCP with RTP on component 1.")]
    public static partial void RtcpMuxed(ILogger logger, string agent, int stream);

    [LoggerMessage(34, LogLevel.Information, "Agent {Agent} stream {Stream} wants another offer ({Why}): {Reason}")]
    public static partial void UpdatedOfferNeeded(ILogger logger, string agent, int stream, IceOfferReason why, string reason);

    [LoggerMessage(20, LogLevel.Debug, "Agent {Agent} opened socket {Socket} on {Address}.")]
    public static partial void SocketOpened(ILogger logger, string agent, Protocol.SocketHandle socket, Protocol.TransportAddress address);

    [LoggerMessage(21, LogLevel.Debug, "Agent {Agent} could not open a socket on {Address}: {Detail}")]
    public static partial void BindFailed(ILogger logger, string agent, Protocol.IpAddress address, string detail);

    [LoggerMessage(22, LogLevel.Debug, "Agent {Agent} could not resolve a server's name ({Error}): {Detail}")]
    public static partial void ResolveFailed(ILogger logger, string agent, Protocol.Agent.HostError error, string detail);

    [LoggerMessage(23, LogLevel.Debug, "Agent {Agent} closed socket {Socket}.")]
    public static partial void SocketClosed(ILogger logger, string agent, Protocol.SocketHandle socket);

    [LoggerMessage(24, LogLevel.Warning, "Agent {Agent} could not list the network interfaces: {Detail}")]
    public static partial void ListingFailed(ILogger logger, string agent, string detail);

    [LoggerMessage(25, LogLevel.Warning, "Agent {Agent} could not mark socket {Socket} with DSCP {Dscp}: the system has no such setting or refuses it.")]
    public static partial void MarkRefused(ILogger logger, string agent, Protocol.SocketHandle socket, int dscp);

    [LoggerMessage(45, LogLevel.Debug, "Agent {Agent} suggests an ICE restart of stream {Stream}: {Reason}")]
    public static partial void RestartSuggested(ILogger logger, string agent, int stream, string reason);

    [LoggerMessage(46, LogLevel.Information, "Agent {Agent} stream {Stream} begins ICE session {Session} (asked for by this agent: {IsOurs}).")]
    public static partial void StreamRestarted(ILogger logger, string agent, int stream, int session, bool isOurs);

    [LoggerMessage(47, LogLevel.Information, "Agent {Agent} stream {Stream} has restarted as session {Session} in {Milliseconds} ms, with an outage of {OutageMilliseconds} ms.")]
    public static partial void RestartCompleted(ILogger logger, string agent, int stream, int session, double milliseconds, double outageMilliseconds);

    [LoggerMessage(30, LogLevel.Trace, "Agent {Agent} sent {Bytes} bytes from {Socket} to {Destination}: {Result}")]
    public static partial void Transmitted(ILogger logger, string agent, int bytes, Protocol.SocketHandle socket, Protocol.TransportAddress destination, IceSendResult result);

    [LoggerMessage(31, LogLevel.Trace, "Agent {Agent} dropped {Bytes} bytes from {Source} on {Socket}: {Reason}")]
    public static partial void Dropped(ILogger logger, string agent, int bytes, Protocol.TransportAddress source, Protocol.SocketHandle socket, Protocol.DropReason reason);

    [LoggerMessage(40, LogLevel.Error, "A receiver of the application threw; the datagram counts as delivered.")]
    public static partial void ReceiverThrew(ILogger logger, Exception exception);

    [LoggerMessage(41, LogLevel.Error, "An event handler of the application threw.")]
    public static partial void HandlerThrew(ILogger logger, Exception exception);

    [LoggerMessage(28, LogLevel.Debug, "Agent {Agent} could not connect to a TURN server: {Detail}")]
    public static partial void ConnectFailed(ILogger logger, string agent, string detail);
}

namespace IceSharp;

/// <summary>What an ICE restart has cost.</summary>
/// <param name="Mid">Identification of the data stream.</param>
/// <param name="Session">Number of the session, counting from 0.</param>
/// <param name="Duration">From the call, or the peer's description, to the selection of the new pairs.</param>
/// <param name="Outage">The longest time in which a component had nothing to send on, since the last restart; zero when a pair carried data throughout.</param>
/// <param name="UnprovenFor">How old the last answer on the replaced pair was when data left it: the longest that its path can have been dead unnoticed.</param>
public sealed record IceRestartReport(string Mid, int Session, TimeSpan Duration, TimeSpan Outage, TimeSpan UnprovenFor);

using IceSharp.Protocol;

namespace IceSharp;

/// <summary>Statistics of an agent at one moment: made when asked for, not kept up.</summary>
/// <remarks>Immutable and thread safe; holds addresses and username fragments, but no passwords.</remarks>
/// <param name="At">When, on the agent's clock.</param>
/// <param name="State">How far checking has come.</param>
/// <param name="Role">The role.</param>
/// <param name="Streams">The data streams, in order.</param>
public sealed record IceAgentStatistics(MonotonicTime At, IceConnectionState State, IceRole Role, IReadOnlyList<IceStreamStatistics> Streams);

namespace IceSharp;

/// <summary>How far connectivity checking has come, for one agent.</summary>
public enum IceConnectionState
{
    /// <summary>No checks yet: the peer's description is missing.</summary>
    New,

    /// <summary>Checks are running; no component-complete set of valid pairs yet.</summary>
    Checking,

    /// <summary>Every component of every stream that has not failed has a valid pair: data can flow.</summary>
    Connected,

    /// <summary>Every component of every stream has a nominated pair.</summary>
    Completed,

    /// <summary>No stream has a chance left.</summary>
    Failed,

    /// <summary>The agent was closed.</summary>
    Closed,
}

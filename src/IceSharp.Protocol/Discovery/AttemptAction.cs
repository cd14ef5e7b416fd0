namespace IceSharp.Protocol.Discovery;

/// <summary>What the driver of <see cref="StaggeredAttempts"/> has to do.</summary>
public enum AttemptAction
{
    /// <summary>Begin the attempt.</summary>
    Begin,

    /// <summary>Give the attempt up: it has run out of time.</summary>
    TimeOut,

    /// <summary>Give the attempt up: another one has won, or all were cancelled.</summary>
    Cancel,
}

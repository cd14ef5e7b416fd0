namespace IceSharp.Testing;

/// <summary>What an entry of a recording says.</summary>
public enum ReplayEntryKind
{
    /// <summary>The machine was created with the settings in <see cref="ReplayEntry.Arguments"/>.</summary>
    Created = 1,

    /// <summary>The verb <see cref="ReplayEntry.Text"/> was called.</summary>
    Called,

    /// <summary>Time went in.</summary>
    TimedOut,

    /// <summary>A datagram went in.</summary>
    Received,

    /// <summary>What became of it.</summary>
    Judged,

    /// <summary>Random bytes were drawn.</summary>
    Drew,

    /// <summary>The pacing gate was asked.</summary>
    AskedGate,

    /// <summary>The address filter was asked.</summary>
    AskedFilter,

    /// <summary>A datagram came out.</summary>
    Transmitted,

    /// <summary>A host request came out.</summary>
    Requested,

    /// <summary>A fact came out.</summary>
    Told,

    /// <summary>An output was polled in vain.</summary>
    FoundNone,
}

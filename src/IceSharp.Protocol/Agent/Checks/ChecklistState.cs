namespace IceSharp.Protocol.Agent;

/// <summary>State of one stream's checklist (RFC 8445 §6.1.2.1).</summary>
internal enum ChecklistState
{
    /// <summary>Not concluded.</summary>
    Running,

    /// <summary>Every component has a nominated pair.</summary>
    Completed,

    /// <summary>Some component has no valid pair and no chance left.</summary>
    Failed,
}

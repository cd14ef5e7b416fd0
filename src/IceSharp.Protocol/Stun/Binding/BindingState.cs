namespace IceSharp.Protocol.Stun.Binding;

/// <summary>How far a Binding transaction with a server has come.</summary>
public enum BindingState
{
    /// <summary>Not started.</summary>
    Idle,

    /// <summary>A request is to be sent, or waits for its response.</summary>
    Waiting,

    /// <summary>The latest request was answered with a mapped address.</summary>
    Succeeded,

    /// <summary>The latest request failed.</summary>
    Failed,
}

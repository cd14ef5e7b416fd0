namespace IceSharp.Protocol.Stun.Binding;

/// <summary>Why a Binding transaction failed.</summary>
public enum BindingFailure
{
    /// <summary>It did not.</summary>
    None,

    /// <summary>No usable answer within the time of a transaction.</summary>
    Timeout,

    /// <summary>The server answered with an error code; a redirection (300) counts as one.</summary>
    ErrorResponse,

    /// <summary>The response has no usable mapped address, or no usable error code.</summary>
    MalformedResponse,

    /// <summary>The response has a comprehension-required attribute that is not known.</summary>
    UnknownAttribute,

    /// <summary>The network said that nobody is there.</summary>
    Unreachable,
}

namespace IceSharp.Protocol.Stun.Client;

/// <summary>How a request of a <see cref="StunClientMachine"/> ended.</summary>
public enum StunRequestError
{
    /// <summary>With a success response.</summary>
    None,

    /// <summary>No usable response within the time of a transaction.</summary>
    Timeout,

    /// <summary>Only responses came whose integrity is missing or wrong (RFC 8489 §9.1.4, §9.2.5).</summary>
    IntegrityViolated,

    /// <summary>The server answered with an error code.</summary>
    ErrorResponse,

    /// <summary>A challenge could not be answered; <see cref="StunRequestOutcome.AuthenticationFailure"/> says why.</summary>
    AuthenticationFailed,

    /// <summary>The server redirected, and that is followed: the request goes to <see cref="StunRequestOutcome.Redirect"/>.</summary>
    Redirected,

    /// <summary>The server redirected to where one must not go; <see cref="StunRequestOutcome.RedirectRefusal"/> says why.</summary>
    RedirectRefused,

    /// <summary>The response has no usable mapped address, or no usable error code.</summary>
    MalformedResponse,

    /// <summary>The response has a comprehension-required attribute that is not known.</summary>
    UnknownAttribute,

    /// <summary>The network said that nobody is there.</summary>
    Unreachable,

    /// <summary>The stream ended or broke before the response.</summary>
    ConnectionClosed,

    /// <summary>The machine was closed by its owner.</summary>
    Closed,
}

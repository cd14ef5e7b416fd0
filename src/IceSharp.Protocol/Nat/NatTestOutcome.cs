namespace IceSharp.Protocol.Nat;

/// <summary>How one test ended.</summary>
public enum NatTestOutcome
{
    /// <summary>It succeeded: the response came, or in <see cref="NatTest.Hairpin"/> the request itself did.</summary>
    Received,

    /// <summary>Nothing came within the whole retransmission schedule.</summary>
    NoResponse,

    /// <summary>A success response came from another address or port than the test asked for: the server does not do what it says.</summary>
    UnexpectedSource,

    /// <summary>420: the server does not know an attribute that the test needs.</summary>
    NotSupported,

    /// <summary>300: the server points elsewhere, which is not followed (RFC 5780 §5).</summary>
    Redirected,

    /// <summary>401 or 438 that could not be answered: credentials are missing, refused or not safe to give.</summary>
    Unauthorized,

    /// <summary>Another error response.</summary>
    ErrorResponse,

    /// <summary>A response without a usable mapped address or error code, or with an attribute that must be understood and is not.</summary>
    Malformed,

    /// <summary>The network said that nobody is there.</summary>
    Unreachable,
}

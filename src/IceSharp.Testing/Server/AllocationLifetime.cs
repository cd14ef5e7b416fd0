using IceSharp.Protocol.Stun;

namespace IceSharp.Testing;

/// <summary>The arithmetic of LIFETIME (RFC 8656 §7.2, §8.2).</summary>
internal static class AllocationLifetime
{
    /// <summary>The larger of the default and what the client asked for, that capped at the maximum, and all at what is left of a token (RFC 7635 §9).</summary>
    public static TimeSpan Granted(StunTurnServerOptions options, in StunReader request, ServerCredential credential)
    {
        TimeSpan granted = Granted(options, request);
        return credential.Remaining is { } remaining && remaining < granted ? TimeSpan.FromSeconds(Math.Floor(remaining.TotalSeconds)) : granted;
    }

    private static TimeSpan Granted(StunTurnServerOptions options, in StunReader request)
    {
        TimeSpan wanted = request.GetUInt32(StunAttributeType.Lifetime, out uint seconds) == StunAttributeStatus.Ok
            ? TimeSpan.FromSeconds((long)seconds)
            : TimeSpan.Zero;
        TimeSpan capped = wanted < options.MaximumLifetime ? wanted : options.MaximumLifetime;
        return capped > options.DefaultLifetime ? capped : options.DefaultLifetime;
    }

    /// <summary>Whether there is a LIFETIME that cannot be read.</summary>
    public static bool IsMalformed(in StunReader request) =>
        request.GetUInt32(StunAttributeType.Lifetime, out _) is not (StunAttributeStatus.Ok or StunAttributeStatus.Missing);

    /// <summary>Whether the client wants the allocation gone.</summary>
    public static bool IsRelease(in StunReader request) =>
        request.GetUInt32(StunAttributeType.Lifetime, out uint seconds) == StunAttributeStatus.Ok && seconds == 0;
}

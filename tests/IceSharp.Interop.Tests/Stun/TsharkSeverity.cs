using System.Globalization;

namespace IceSharp.Interop.Tests.Stun;

/// <summary>How serious <c>tshark</c> is about what it says of a packet.</summary>
internal static class TsharkSeverity
{
    // PI_WARN of Wireshark's expert information.
    private const int Warning = 0x60_0000;

    /// <summary>Whether a field <c>_ws.expert.severity</c> holds a warning or an error. What is less is talk, for example that a port is one of those that traceroute uses.</summary>
    public static bool IsWarning(string severities) => severities
        .Split(',', StringSplitOptions.RemoveEmptyEntries)
        .Any(severity => int.Parse(severity, CultureInfo.InvariantCulture) >= Warning);
}

using System.Globalization;
using System.Text;

namespace IceSharp.Protocol.Sdp;

/// <summary>Prints candidates; refuses what RFC 8839 §5.1 would not let through.</summary>
internal static class CandidateWriter
{
    /// <summary>The port that stands for none (RFC 6544 §4.5, RFC 8839 §5.1).</summary>
    public const ushort DiscardPort = 9;

    public static string TypeToken(IceCandidateType type) => type switch
    {
        IceCandidateType.Host => "host",
        IceCandidateType.ServerReflexive => "srflx",
        IceCandidateType.PeerReflexive => "prflx",
        IceCandidateType.Relayed => "relay",
        _ => throw new InvalidOperationException($"IceCandidate.Type {type} cannot be printed."),
    };

    /// <summary>Appends "candidate:..." without line end.</summary>
    /// <exception cref="InvalidOperationException">A member has a value that the grammar does not know.</exception>
    public static void Append(StringBuilder text, IceCandidate candidate)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        Require(IceGrammar.IsFoundation(candidate.Foundation), nameof(IceCandidate.Foundation), candidate.Foundation);
        Require(candidate.Component is >= 1 and <= 256, nameof(IceCandidate.Component), candidate.Component.ToString(culture));
        Require(candidate.Priority is >= 1 and <= int.MaxValue, nameof(IceCandidate.Priority), candidate.Priority.ToString(culture));
        Require(candidate.Address.Family != IpFamily.None, nameof(IceCandidate.Address), candidate.Address.ToString());
        Require(candidate.Transport is IceTransport.Udp or IceTransport.Tcp, nameof(IceCandidate.Transport), candidate.Transport.ToString());
        string transport = candidate.Transport == IceTransport.Tcp ? "TCP" : "UDP";
        text.Append(culture, $"candidate:{candidate.Foundation} {candidate.Component} {transport} {candidate.Priority} ")
            .Append(culture, $"{candidate.Address.Address} {candidate.Address.Port} typ {TypeToken(candidate.Type)}");
        AppendRelated(text, candidate);
        AppendTcpType(text, candidate);
        for (int i = 0; i < candidate.Extensions.Count; i++)
        {
            AppendExtension(text, candidate.Extensions[i], candidate.Transport, isLast: i == candidate.Extensions.Count - 1);
        }
    }

    // Every other type than host carries raddr and rport; an unknown or hidden one is written as the RFC hides it.
    private static void AppendRelated(StringBuilder text, IceCandidate candidate)
    {
        if (candidate.Type == IceCandidateType.Host)
        {
            return;
        }

        IpAddress none = candidate.Address.Family == IpFamily.IPv6 ? IpAddress.FromIPv6(UInt128.Zero) : IpAddress.FromIPv4(0);
        TransportAddress related = candidate.RelatedAddress is { Family: not IpFamily.None } given ? given : new TransportAddress(none, DiscardPort);
        text.Append(CultureInfo.InvariantCulture, $" raddr {related.Address} rport {related.Port}");
    }

    private static void AppendTcpType(StringBuilder text, IceCandidate candidate)
    {
        if (candidate.Transport != IceTransport.Tcp)
        {
            return;
        }

        Require(candidate.TcpType is not null, nameof(IceCandidate.TcpType), "null of a TCP candidate");
        Require(
            candidate.TcpType != IceTcpType.Active || candidate.Address.Port == DiscardPort,
            nameof(IceCandidate.Address),
            $"{candidate.Address} of an active TCP candidate, whose port is 9,");
        text.Append(" tcptype ").Append(candidate.TcpType switch
        {
            IceTcpType.Active => "active",
            IceTcpType.Passive => "passive",
            _ => "so",
        });
    }

    private static void AppendExtension(StringBuilder text, IceCandidateExtension extension, IceTransport transport, bool isLast)
    {
        // Names of proper fields among the extensions come from peers that put them out of order; the fields stand already.
        if (IceGrammar.EqualsLiteral(extension.Name, "raddr") || IceGrammar.EqualsLiteral(extension.Name, "rport") ||
            (transport == IceTransport.Tcp && IceGrammar.EqualsLiteral(extension.Name, "tcptype")))
        {
            return;
        }

        Require(IceGrammar.IsToken(extension.Name), nameof(IceCandidate.Extensions), $"name '{extension.Name}'");
        Require(IceGrammar.IsVisible(extension.Value) && (isLast || extension.Value.Length > 0), nameof(IceCandidate.Extensions), $"value '{extension.Value}'");
        text.Append(' ').Append(extension.Name).Append(' ').Append(extension.Value);
    }

    private static void Require(bool condition, string member, string value)
    {
        if (!condition)
        {
            throw new InvalidOperationException($"IceCandidate.{member} {value} cannot be printed as SDP.");
        }
    }
}

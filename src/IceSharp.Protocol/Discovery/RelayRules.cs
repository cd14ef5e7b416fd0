using IceSharp.Protocol.Dns;
using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Discovery;

/// <summary>S-NAPTR (RFC 3958) for TURN: from a domain through its rules to servers, transport by transport.</summary>
internal sealed class RelayRules(LookupTable lookups, TargetList targets)
{
    private const string Service = "RELAY";

    // RFC 3958 §2.2.2 lets rules lead to rules; nobody needs a long way.
    private const int MaxDepth = 5;

    /// <summary>Adds what a domain's rules lead to.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="transports">The transports to look for, the preferred first.</param>
    /// <returns>False when the domain is known to have no rules for relays: those for other services count for nothing. Null while it is not known.</returns>
    public bool? Add(string domain, IReadOnlyList<StunUriTransport> transports)
    {
        if (lookups.Ask(NameLookupKind.Rules, domain) is not { } answer)
        {
            return null;
        }

        // RFC 5928 §3 step 5 says "does not return any result"; we read it as no result for RELAY, because a domain with rules for SIP
        // alone would otherwise hide its TURN servers.
        if (!answer.Rules.Any(r => Tags(r).Length > 0))
        {
            return false;
        }

        // RFC 5928 §3 step 4: the first set of rules ranks the transports, the application decides among equals.
        foreach (StunUriTransport transport in transports.Where(t => Rank(answer.Rules, t) >= 0).OrderBy(t => Rank(answer.Rules, t)))
        {
            Follow(domain, transport, [], 0);
        }

        return true;
    }

    private void Follow(string name, StunUriTransport transport, HashSet<string> visited, int depth)
    {
        if (depth == MaxDepth || !visited.Add(name.ToUpperInvariant()) || lookups.Ask(NameLookupKind.Rules, name) is not { } answer)
        {
            return;
        }

        foreach (NaptrRecord rule in answer.Rules)
        {
            if (!Names(rule, transport) || rule.Regexp.Length > 0 || !DnsName.IsValid(rule.Replacement))
            {
                continue;
            }

            switch (rule.Flags)
            {
                case "":
                    Follow(rule.Replacement, transport, visited, depth + 1);
                    break;
                case "S" or "s":
                    targets.AddService(transport, rule.Replacement);
                    break;
                case "A" or "a":
                    targets.AddName(transport, rule.Replacement, TransportNames.DefaultPort(transport));
                    break;
            }
        }
    }

    // Rules of equal order and preference rank equally.
    private static long Rank(IReadOnlyList<NaptrRecord> rules, StunUriTransport transport) =>
        rules.FirstOrDefault(r => Names(r, transport)) is { } rule ? ((long)rule.Order << 16) | rule.Preference : -1;

    private static bool Names(NaptrRecord rule, StunUriTransport transport) =>
        Tags(rule).Contains(TransportNames.Tag(transport), StringComparer.OrdinalIgnoreCase);

    private static string[] Tags(NaptrRecord rule)
    {
        string[] fields = rule.Services.Split(':');
        return fields[0].Equals(Service, StringComparison.OrdinalIgnoreCase) ? fields[1..] : [];
    }
}

using System.Text.Json;
using IceSharp.Protocol.Discovery;
using IceSharp.Protocol.Dns;

namespace IceSharp.Protocol.Tests.Discovery;

/// <summary>A small world of names that answers the lookups of a machine and remembers them.</summary>
internal sealed class Zone
{
    private readonly Dictionary<string, List<string>> _addresses = [];
    private readonly Dictionary<string, List<SrvRecord>> _services = [];
    private readonly Dictionary<string, List<NaptrRecord>> _rules = [];
    private readonly HashSet<string> _broken = [];

    /// <summary>The lookups in their order: "Services _stun._udp.example.org".</summary>
    public List<string> Asked { get; } = [];

    public static Zone Read(JsonElement zone)
    {
        var result = new Zone();
        foreach (JsonProperty name in zone.EnumerateObject())
        {
            foreach (JsonProperty records in name.Value.EnumerateObject())
            {
                foreach (JsonElement r in records.Value.EnumerateArray())
                {
                    _ = records.Name switch
                    {
                        "A" or "AAAA" => result.Address(name.Name, r.GetString()!),
                        "SRV" => result.Service(name.Name, r[0].GetUInt16(), r[1].GetUInt16(), r[2].GetUInt16(), r[3].GetString()!),
                        "NAPTR" => result.Rule(name.Name, r[0].GetUInt16(), r[1].GetUInt16(), r[2].GetString()!, r[3].GetString()!, r[5].GetString()!, r[4].GetString()!),
                        _ => throw new InvalidOperationException(records.Name),
                    };
                }
            }
        }

        return result;
    }

    public Zone Address(string name, params string[] addresses)
    {
        Of(_addresses, name).AddRange(addresses);
        return this;
    }

    public Zone Service(string name, ushort priority, ushort weight, ushort port, string target)
    {
        Of(_services, name).Add(new SrvRecord(priority, weight, port, target));
        return this;
    }

    public Zone Rule(string name, ushort order, ushort preference, string flags, string services, string replacement, string regexp = "")
    {
        Of(_rules, name).Add(new NaptrRecord(order, preference, flags, services, regexp, replacement));
        return this;
    }

    /// <summary>Nobody answers for this name.</summary>
    public Zone Broken(string name)
    {
        _broken.Add(name);
        return this;
    }

    /// <summary>Answers until there is a result, last lookup first so that nothing hangs on the order of answers.</summary>
    public ServerResolution Resolve(ServerResolutionSettings settings, IRandomSource random)
    {
        var machine = new ServerResolutionMachine(settings, random);
        var open = new Stack<NameLookup>();
        for (int i = 0; i < 100 && machine.Result is null; i++)
        {
            while (machine.TryGetLookup(out NameLookup? lookup))
            {
                Asked.Add($"{lookup.Kind} {lookup.Name}");
                open.Push(lookup);
            }

            machine.HandleAnswer(Answer(open.Pop()));
        }

        machine.Result.Should().NotBeNull("a resolution comes to an end");
        return machine.Result!;
    }

    private NameLookupAnswer Answer(NameLookup lookup) => new(lookup.Id)
    {
        HasFailed = _broken.Contains(lookup.Name),
        Addresses = lookup.Kind == NameLookupKind.Addresses ? [.. Of(_addresses, lookup.Name).Select(IpAddress.Parse)] : [],
        Services = lookup.Kind == NameLookupKind.Services ? Of(_services, lookup.Name) : [],
        Rules = lookup.Kind == NameLookupKind.Rules ? Of(_rules, lookup.Name) : [],
    };

    private static List<T> Of<T>(Dictionary<string, List<T>> records, string name) => records.TryGetValue(name, out List<T>? list) ? list : records[name] = [];
}

using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Discovery;

/// <summary>Finds the places where the server of a URI may be: RFC 8489 §8 for STUN, RFC 5928 with RFC 7350 for TURN.</summary>
/// <remarks>
/// After creation and after each answer poll <see cref="TryGetLookup"/> until it returns false, then read <see cref="Result"/>. Needs no
/// time: the host bounds its lookups, and there are at most 40. Not thread safe.
/// </remarks>
[Experimental("ICE0001")]
public sealed class ServerResolutionMachine
{
    private readonly ServerResolutionSettings _settings;
    private readonly LookupTable _lookups;
    private readonly StunUriTransport[] _transports;

    /// <summary>Creates a machine and checks what can be checked without lookups.</summary>
    /// <param name="settings">What to resolve.</param>
    /// <param name="random">For the draw among servers of equal priority (RFC 2782).</param>
    /// <exception cref="ArgumentException">A part of <paramref name="settings"/> is null, or they name a transport that does not exist.</exception>
    public ServerResolutionMachine(ServerResolutionSettings settings, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(settings.Uri, nameof(settings));
        ArgumentNullException.ThrowIfNull(settings.SupportedTransports, nameof(settings));
        ArgumentNullException.ThrowIfNull(random);
        foreach (StunUriTransport transport in settings.SupportedTransports)
        {
            if (transport is < StunUriTransport.Udp or > StunUriTransport.Dtls)
            {
                throw new ArgumentException($"There is no transport {transport}.", nameof(settings));
            }
        }

        _settings = settings;
        _lookups = new LookupTable(random);
        _transports = [.. settings.SupportedTransports.Distinct().Where(t => IsUsable(settings.Uri, t))];
        Result = Check() is { } error ? new ServerResolution(error, []) : null;
        Advance();
    }

    /// <summary>What was found; null while lookups are under way.</summary>
    public ServerResolution? Result { get; private set; }

    /// <summary>Gets the next lookup that the host has to do; several may be under way at a time.</summary>
    /// <param name="lookup">The lookup.</param>
    /// <returns>False when there is none.</returns>
    public bool TryGetLookup([NotNullWhen(true)] out NameLookup? lookup)
    {
        lookup = null;
        return Result is null && _lookups.TryTake(out lookup);
    }

    /// <summary>Takes the host's answer to a lookup; a second one to the same has no effect.</summary>
    /// <param name="answer">The answer.</param>
    public void HandleAnswer(NameLookupAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        _lookups.Answer(answer);
        Advance();
    }

    /// <summary>"turn:example.org: 2 targets".</summary>
    public override string ToString() =>
        $"{_settings.Uri}: {(Result is null ? "asking" : Result.Error == ServerResolutionError.None ? $"{Result.Targets.Count} targets" : Result.Error)}";

    // Over TURN with neither port nor transport, rules may lead a plain URI to a secure transport (RFC 5928 §4.1).
    private static bool IsUsable(StunUri uri, StunUriTransport transport) =>
        uri.Transports.Contains(transport) || (IsFoundByRules(uri) && !uri.IsSecure);

    private static bool IsFoundByRules(StunUri uri) => uri is { IsTurn: true, HostAddress: null, Port: null, Transport: null };

    private ServerResolutionError? Check()
    {
        StunUri uri = _settings.Uri;
        if (uri.Transports.Count == 0)
        {
            return ServerResolutionError.UnknownTransport;
        }

        if (_transports.Length == 0)
        {
            return ServerResolutionError.TransportNotSupported;
        }

        return uri is { IsSecure: true, HostAddress: not null } && string.IsNullOrEmpty(_settings.VerificationName) ? ServerResolutionError.NoNameToVerify : null;
    }

    // Walks the procedure from its start with the answers there are; what is missing becomes lookups. Once nothing is missing, the walk
    // has seen everything. So each step reads as the RFC has it, and steps that do not depend on each other ask side by side.
    private void Advance()
    {
        if (Result is not null)
        {
            return;
        }

        var targets = new TargetList(_lookups, _settings.VerificationName ?? (_settings.Uri.HostAddress is null ? _settings.Uri.Host : null));
        bool usable = Walk(targets);
        if (!_lookups.IsWaiting)
        {
            Result = new ServerResolution(Judge(targets, usable), targets.Targets);
        }
    }

    /// <returns>False when no transport is left to try.</returns>
    private bool Walk(TargetList targets)
    {
        StunUri uri = _settings.Uri;
        if (uri.HostAddress is { } address)
        {
            Array.ForEach(_transports, t => targets.AddAddress(t, address, uri.EffectivePort));
            return true;
        }

        if (uri.Port is { } port)
        {
            Array.ForEach(_transports, t => targets.AddName(t, uri.Host, port));
            return true;
        }

        if (IsFoundByRules(uri) && new RelayRules(_lookups, targets).Add(uri.Host, _transports) is not false)
        {
            return true;
        }

        StunUriTransport[] named = [.. _transports.Where(uri.Transports.Contains)];
        Array.ForEach(named, t => AddServiceOrHost(targets, t));
        return named.Length > 0;
    }

    // RFC 2782 with the fallback of RFC 8489 §8.1 and RFC 5928 §3: no records, or a lookup that failed, means the domain's own addresses.
    private void AddServiceOrHost(TargetList targets, StunUriTransport transport)
    {
        StunUri uri = _settings.Uri;
        string service = uri.IsTurn ? "turn" : _settings.ForNatBehavior ? "stun-behavior" : "stun";
        string name = TransportNames.Service(service, transport, uri.Host);
        if (!targets.AddService(transport, name) && _lookups.Ask(NameLookupKind.Services, name) is not null)
        {
            targets.AddName(transport, uri.Host, TransportNames.DefaultPort(transport));
        }
    }

    private ServerResolutionError Judge(TargetList targets, bool usable)
    {
        if (targets.Targets.Count > 0)
        {
            return ServerResolutionError.None;
        }

        return !usable ? ServerResolutionError.TransportNotSupported
            : _lookups.HasFailures ? ServerResolutionError.LookupFailed
            : targets.IsRefused ? ServerResolutionError.ServiceNotOffered
            : ServerResolutionError.NameNotFound;
    }
}

/// Makes addresses whole in bash, which ends a word at each colon (`COMP_WORDBREAKS`).
///
/// ArgumentParser's script takes the pieces for words: behind `--to 10.0.0.1:` it would not know the option any more.
enum BashAddresses {
    /// The script that bash reads, with words put together before it is asked what could stand there.
    static func completed(_ script: String) -> String {
        guard script.hasPrefix("#!/bin/bash") else { return script }
        return script + "\n" + wrapper
    }

    private static let wrapper = #"""
        # What stands around a colon is one word; what bash already has of it is taken off the answers.
        __interrex_whole_words() {
            local -a words=()
            local -i index at=0
            local joins=false part
            for ((index = 0; index < ${#COMP_WORDS[@]}; index++)); do
                part="${COMP_WORDS[index]}"
                if ((index > 0)) && [[ -n "${part}" && -z "${part//:/}" ]]; then
                    words[${#words[@]} - 1]+="${part}"
                    joins=true
                elif "${joins}"; then
                    words[${#words[@]} - 1]+="${part}"
                    joins=false
                else
                    words+=("${part}")
                fi
                if ((index == COMP_CWORD)); then at=$((${#words[@]} - 1)); fi
            done
            local whole="${words[at]}"
            local before="${whole%"${whole##*:}"}"
            COMP_WORDS=("${words[@]}")
            COMP_CWORD="${at}"
            _interrex "${1}" "${whole}" "${words[at - 1]}"
            # An address is no file: nothing in it needs a backslash.
            if [[ "${before}${COMPREPLY[*]}" == *:* ]]; then compopt +o filenames 2>/dev/null; fi
            COMPREPLY=("${COMPREPLY[@]#"${before}"}")
        }
        complete -o filenames -F __interrex_whole_words interrex
        """#
}
